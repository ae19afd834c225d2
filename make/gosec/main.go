// Command gosec is gosec's rules as a tool of go vet, which looks at what has changed alone.
// Gosec's own command brings clients of three language models with it, which take longer to
// build than all the scans of make/audit.sh to run.
package main

import (
	"github.com/securego/gosec/v2/goanalysis"
	"golang.org/x/tools/go/analysis/unitchecker"
)

func main() { unitchecker.Main(goanalysis.Analyzer) }
