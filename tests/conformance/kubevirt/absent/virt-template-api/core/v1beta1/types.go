// Package v1beta1 has the type of a template, empty.
package v1beta1

import (
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/runtime/schema"
)

// VirtualMachineTemplate is known by its name only.
type VirtualMachineTemplate struct{}

// GetObjectKind says that it is of no kind.
func (*VirtualMachineTemplate) GetObjectKind() schema.ObjectKind { return schema.EmptyObjectKind }

// DeepCopyObject copies nothing.
func (*VirtualMachineTemplate) DeepCopyObject() runtime.Object { return &VirtualMachineTemplate{} }
