/** The command line. */
package wok.cli;
