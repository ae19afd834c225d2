// Package vault keeps sealed bundles in any S3 store under object lock.
//
// In: bundles with their digests. Out: receipts that name the exact version,
// and ranged reads of single files within a bundle. When it opens a bucket it
// proves that the lock holds, by trying to break it; a store that gives way is
// refused. Retention is only ever extended.
package vault
