package main

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"

	jsonpatch "gopkg.in/evanphx/json-patch.v4"
	admissionv1 "k8s.io/api/admission/v1"
	meta "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/util/validation/field"
	core "kubevirt.io/api/core/v1"
	pool "kubevirt.io/api/pool/v1beta1"
	instancetypes "kubevirt.io/kubevirt/pkg/instancetype/webhooks/vm"
	netadmitter "kubevirt.io/kubevirt/pkg/network/admitter"
	"kubevirt.io/kubevirt/pkg/virt-api/webhooks"
	"kubevirt.io/kubevirt/pkg/virt-api/webhooks/mutating-webhook/mutators"
	"kubevirt.io/kubevirt/pkg/virt-api/webhooks/validating-webhook/admitters"
	virtconfig "kubevirt.io/kubevirt/pkg/virt-config"
	"sigs.k8s.io/yaml"
	"tenantry.dev/conformance/protocol"
)

// Admission judges by what virt-api would say. Instance types and preferences are looked up in a
// cluster, which there is none of: a machine that names one stops here with a panic.
type Admission struct{}

// head is what a manifest says first.
type head struct {
	Kind string `json:"kind"`
}

func readHead(document string) (head, error) {
	var read head
	return read, yaml.Unmarshal([]byte(document), &read)
}

// Judge sends each machine and each pool through the webhooks, in the order of virt-api, and then
// the instance that the controller would make of it: what a machine may say and its instance may
// not, is a machine that never starts.
func (Admission) Judge(c protocol.Case, say func(protocol.Verdict)) error {
	config, err := configOf(c)
	if err != nil {
		return err
	}
	for index, object := range c.Objects {
		read, err := readHead(object.YAML)
		if err != nil {
			return err
		}
		raw, err := yaml.YAMLToJSON([]byte(object.YAML))
		if err != nil {
			return err
		}
		verdict := protocol.Verdict{Case: c.Name, Index: index}
		switch read.Kind {
		case "VirtualMachine":
			verdict.Refused = refusedMachine(config, raw)
		case "VirtualMachinePool":
			verdict.Refused = refusedPool(config, raw)
		default:
			continue
		}
		say(verdict)
	}
	return nil
}

func refusedMachine(config *virtconfig.ClusterConfig, raw []byte) string {
	review := create(webhooks.VirtualMachineGroupVersionResource, raw)
	mutated := mutators.NewVMsMutator(config, nil).Mutate(review)
	if refused := refusal(mutated); refused != "" {
		return refused
	}
	raw, err := patched(raw, mutated.Patch)
	if err != nil {
		return err.Error()
	}
	admitter := &admitters.VMsAdmitter{InstancetypeAdmitter: instancetypes.NewAdmitter(nil), ClusterConfig: config}
	review = create(webhooks.VirtualMachineGroupVersionResource, raw)
	if refused := refusal(admitter.Admit(context.Background(), review)); refused != "" {
		return refused
	}
	var machine core.VirtualMachine
	if err := json.Unmarshal(raw, &machine); err != nil {
		return err.Error()
	}
	return refusedInstance(config, &machine)
}

// refusedPool judges the pool, and the first machine that it would make.
func refusedPool(config *virtconfig.ClusterConfig, raw []byte) string {
	admitter := &admitters.VMPoolAdmitter{ClusterConfig: config}
	review := create(webhooks.VirtualMachinePoolGroupVersionResource, raw)
	if refused := refusal(admitter.Admit(context.Background(), review)); refused != "" {
		return refused
	}
	var made pool.VirtualMachinePool
	if err := json.Unmarshal(raw, &made); err != nil {
		return err.Error()
	}
	machine := core.VirtualMachine{
		TypeMeta:   meta.TypeMeta{APIVersion: core.GroupVersion.String(), Kind: "VirtualMachine"},
		ObjectMeta: made.Spec.VirtualMachineTemplate.ObjectMeta,
		Spec:       made.Spec.VirtualMachineTemplate.Spec,
	}
	machine.Name, machine.Namespace = made.Name+"-0", made.Namespace
	raw, err := json.Marshal(machine)
	if err != nil {
		return err.Error()
	}
	return refusedMachine(config, raw)
}

func refusedInstance(config *virtconfig.ClusterConfig, machine *core.VirtualMachine) string {
	instance := &core.VirtualMachineInstance{
		TypeMeta:   meta.TypeMeta{APIVersion: core.GroupVersion.String(), Kind: "VirtualMachineInstance"},
		ObjectMeta: machine.Spec.Template.ObjectMeta,
		Spec:       machine.Spec.Template.Spec,
	}
	instance.Name, instance.Namespace = machine.Name, machine.Namespace
	if err := mutators.ApplyNewVMIMutations(instance, config); err != nil {
		return err.Error()
	}
	raw, err := json.Marshal(instance)
	if err != nil {
		return err.Error()
	}
	admitter := &admitters.VMICreateAdmitter{
		ClusterConfig:  config,
		SpecValidators: []admitters.SpecValidator{validateNetworks},
	}
	review := create(webhooks.VirtualMachineInstanceGroupVersionResource, raw)
	if refused := refusal(admitter.Admit(context.Background(), review)); refused != "" {
		return "its instance: " + refused
	}
	return ""
}

// validateNetworks is what virt-api adds to the rules of an instance.
func validateNetworks(path *field.Path, spec *core.VirtualMachineInstanceSpec, config *virtconfig.ClusterConfig) []meta.StatusCause {
	return netadmitter.Validate(path, spec, config)
}

// create is the review of a creation, as the API server asks for it.
func create(resource meta.GroupVersionResource, raw []byte) *admissionv1.AdmissionReview {
	return &admissionv1.AdmissionReview{Request: &admissionv1.AdmissionRequest{
		Resource:  resource,
		Operation: admissionv1.Create,
		Object:    runtime.RawExtension{Raw: raw},
	}}
}

// refusal is why a request is not allowed; empty where it is.
func refusal(response *admissionv1.AdmissionResponse) string {
	if response.Allowed {
		return ""
	}
	if response.Result == nil {
		return "refused without a word"
	}
	if details := response.Result.Details; details != nil && len(details.Causes) > 0 {
		causes := make([]string, 0, len(details.Causes))
		for _, cause := range details.Causes {
			causes = append(causes, fmt.Sprintf("%s: %s", cause.Field, cause.Message))
		}
		return strings.Join(causes, "; ")
	}
	return response.Result.Message
}

func patched(raw, patch []byte) ([]byte, error) {
	decoded, err := jsonpatch.DecodePatch(patch)
	if err != nil {
		return nil, err
	}
	return decoded.Apply(raw)
}
