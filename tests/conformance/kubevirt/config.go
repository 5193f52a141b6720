package main

import (
	"strconv"
	"sync/atomic"

	extensions "k8s.io/apiextensions-apiserver/pkg/apis/apiextensions/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/client-go/tools/cache"
	core "kubevirt.io/api/core/v1"
	virtconfig "kubevirt.io/kubevirt/pkg/virt-config"
	"sigs.k8s.io/yaml"
	"tenantry.dev/conformance/protocol"
)

// Where KubeVirt is installed when an estate does not say it.
const namespace = "kubevirt"

// Versions of the installation are told apart by their number.
var versions atomic.Int64

// configOf is how KubeVirt is set up in a case: as its own `KubeVirt` object says, else as it is
// by default.
func configOf(c protocol.Case) (*virtconfig.ClusterConfig, error) {
	installed := &core.KubeVirt{}
	installed.Name, installed.Namespace = "kubevirt", namespace
	for _, object := range c.Objects {
		if read, err := readHead(object.YAML); err != nil || read.Kind != "KubeVirt" {
			continue
		}
		// A field that it does not know is for the API server to refuse.
		if err := yaml.Unmarshal([]byte(object.YAML), installed); err != nil {
			return nil, err
		}
	}
	installed.ResourceVersion = strconv.FormatInt(versions.Add(1), 10)
	installed.Status.Phase = core.KubeVirtPhaseDeployed
	installed.Status.DefaultArchitecture = "amd64"

	kubevirts, definitions := informer(&core.KubeVirt{}), informer(&extensions.CustomResourceDefinition{})
	if err := kubevirts.GetStore().Add(installed); err != nil {
		return nil, err
	}
	// The importer is there: without it, no DataVolume would be allowed.
	for _, kind := range []string{"DataVolume", "DataSource"} {
		definition := &extensions.CustomResourceDefinition{}
		definition.Name = kind
		definition.Spec.Group, definition.Spec.Names.Kind = "cdi.kubevirt.io", kind
		if err := definitions.GetStore().Add(definition); err != nil {
			return nil, err
		}
	}
	return virtconfig.NewClusterConfigWithCPUArch(definitions, kubevirts, installed.Namespace, "amd64")
}

// informer never asks anybody: what it knows is put into its store.
func informer(example runtime.Object) cache.SharedIndexInformer {
	return cache.NewSharedIndexInformer(&cache.ListWatch{}, example, 0, cache.Indexers{})
}
