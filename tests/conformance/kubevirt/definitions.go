package main

import (
	"encoding/json"
	"fmt"
	"io"

	extensions "k8s.io/apiextensions-apiserver/pkg/apis/apiextensions/v1"
	"kubevirt.io/kubevirt/pkg/virt-operator/resource/generate/components"
)

// printDefinitions writes what virt-operator would create, a document for each kind.
func printDefinitions(out io.Writer) error {
	for _, declared := range []func() (*extensions.CustomResourceDefinition, error){
		components.NewVirtualMachineInstanceCrd,
		components.NewVirtualMachineCrd,
		components.NewReplicaSetCrd,
		components.NewVirtualMachineInstanceMigrationCrd,
		components.NewKubeVirtCrd,
		components.NewVirtualMachinePoolCrd,
		components.NewVirtualMachineSnapshotCrd,
		components.NewVirtualMachineRestoreCrd,
		components.NewVirtualMachineInstancetypeCrd,
		components.NewVirtualMachineClusterInstancetypeCrd,
		components.NewVirtualMachinePreferenceCrd,
		components.NewVirtualMachineClusterPreferenceCrd,
		components.NewMigrationPolicyCrd,
	} {
		definition, err := declared()
		if err != nil {
			return err
		}
		definition.APIVersion, definition.Kind = "apiextensions.k8s.io/v1", "CustomResourceDefinition"
		text, err := json.Marshal(definition)
		if err != nil {
			return err
		}
		if _, err := fmt.Fprintf(out, "---\n%s\n", text); err != nil {
			return err
		}
	}
	return nil
}
