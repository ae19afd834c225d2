// Package s3 runs an S3 store with versioning and object lock (versitygw) within
// this process, for bureaus that bring no object store of their own.
//
// In: a folder, an address to listen on, credentials. Out: an endpoint for any
// S3 client. One store per process, and it moves the process's working
// directory into its folder: make every relative path absolute before Start.
package s3
