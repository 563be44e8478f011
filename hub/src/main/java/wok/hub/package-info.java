/**
 * Model names, catalogue, store, downloads.
 */
package wok.hub;
