// Apiserver judges manifests by applying them to a real kube-apiserver: cases come in as lines of
// JSON, verdicts go out as lines of JSON.
package main

import (
	"context"
	"flag"
	"fmt"
	"os"
	"tenantry.dev/conformance/protocol"
)

func main() {
	definitions := flag.String("crds", "", "`folder` of the definitions to serve")
	flag.Parse()
	if err := run(*definitions); err != nil {
		fmt.Fprintln(os.Stderr, "apiserver:", err)
		os.Exit(1)
	}
}

func run(definitions string) error {
	folder, err := os.MkdirTemp("", "conformance-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(folder)
	server, err := Start(folder)
	if err != nil {
		return err
	}
	client, err := NewClient(server)
	if err != nil {
		return err
	}
	ctx := context.Background()
	if _, err := Install(ctx, client, definitions); err != nil {
		return err
	}
	policies, err := NewPolicies(client, server)
	if err != nil {
		return err
	}
	keyspace, err := Remember(ctx, server.Store)
	if err != nil {
		return err
	}
	return protocol.Serve(os.Stdin, os.Stdout, &Cluster{client, keyspace, policies})
}
