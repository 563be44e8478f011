/**
 * Files to tensors and metadata: hostile bytes stop here.
 */
package wok.formats;
