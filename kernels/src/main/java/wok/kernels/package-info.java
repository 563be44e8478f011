/**
 * Canonical arithmetic on packed weights. Knows no models.
 */
package wok.kernels;
