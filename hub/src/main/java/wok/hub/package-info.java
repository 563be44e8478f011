/**
 * Model names, catalogue, store, downloads: everything between a name that a person types and a file that can be opened.
 *
 * <p>Reading order: {@link wok.hub.ModelName} (what can be typed), {@link wok.hub.Catalogue} (what short names mean),
 * {@link wok.hub.ModelStore} (what is kept, and how it gets there), then {@code StoreFolder} (the folder on disk and why
 * it survives being killed), {@code StoreLock}, {@code Pull} (one source after the other), {@code HuggingFaceSource} with
 * {@code HubHttp} and {@code Download}, {@code PackageSource} with {@code PackageClient} and {@code ArchiveEntry}.
 *
 * <p>Names, lists of files, archives and manifests are foreign bytes: each is checked where it enters, and a file counts
 * as stored only after its digest was compared with what its source promised.
 *
 * <p>This floor must not know what a model is: it moves files. It knows {@code wok.formats} for JSON alone.
 */
package wok.hub;
