/**
 * Many answers at once, one owner thread. Knows no HTTP.
 */
package wok.engine;
