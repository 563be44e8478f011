/**
 * Tiny models and seeded generators for tests.
 */
package wok.testkit;
