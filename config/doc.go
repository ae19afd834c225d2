// Package config holds every setting of Offsite in one struct. Each key can be
// given in a YAML file, as an environment variable or as a flag, which win in
// that order: flag, environment, file, default. The key s3.secret_key_file is
// the flag --s3.secret-key-file and the variable OFFSITE_S3_SECRET_KEY_FILE.
//
// A wrong setting is an error that names the file, the line, the key and what to
// do; see Check. Secrets are given as files, never as values, so that they are
// in no process list and no backup of the configuration.
package config
