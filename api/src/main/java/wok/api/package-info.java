/**
 * Wok in five lines of Java.
 */
package wok.api;
