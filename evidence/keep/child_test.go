package keep_test

const childVariable = "OFFSITE_KEEP_CHILD"

func runChild(string) {}
