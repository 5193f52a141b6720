// Kubevirt judges virtual machines by KubeVirt's own admission: cases come in as lines of JSON,
// verdicts go out as lines of JSON. With -crds it prints KubeVirt's definitions instead.
package main

import (
	"flag"
	"fmt"
	"io"
	"os"

	kubevirtlog "kubevirt.io/client-go/log"
	"tenantry.dev/conformance/protocol"
)

func main() {
	definitions := flag.Bool("crds", false, "print the definitions of KubeVirt's kinds")
	flag.Parse()
	kubevirtlog.Log.SetIOWriter(io.Discard)
	var err error
	if *definitions {
		err = printDefinitions(os.Stdout)
	} else {
		err = protocol.Serve(os.Stdin, os.Stdout, Admission{})
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "kubevirt:", err)
		os.Exit(1)
	}
}
