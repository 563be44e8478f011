/**
 * Small programs that use Wok's Java API.
 */
package wok.examples;
