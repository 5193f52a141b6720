package main

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"
	"time"

	admission "k8s.io/api/admissionregistration/v1"
	"k8s.io/apiserver/pkg/admission/plugin/policy/validating"
	"k8s.io/apiserver/pkg/cel/openapi/resolver"
	"k8s.io/client-go/discovery"
	"k8s.io/client-go/rest"
	"k8s.io/client-go/restmapper"
)

const canary = "conformance-canary"

// Policies watches over admission policies: they are compiled some time after they were applied,
// and what their types are is told by a controller that does not run here.
type Policies struct {
	client  *Client
	checker *validating.TypeChecker
	active  bool
}

// NewPolicies asks the server for its kinds: they are not to change later.
func NewPolicies(client *Client, server *Server) (*Policies, error) {
	config := &rest.Config{
		Host:            server.URL,
		BearerToken:     token,
		TLSClientConfig: rest.TLSClientConfig{CAFile: server.Certificates},
		QPS:             -1,
	}
	found, err := discovery.NewDiscoveryClientForConfig(config)
	if err != nil {
		return nil, err
	}
	groups, err := restmapper.GetAPIGroupResources(found)
	if err != nil {
		return nil, err
	}
	checker := &validating.TypeChecker{
		SchemaResolver: &resolver.ClientDiscoveryResolver{Discovery: found},
		RestMapper:     restmapper.NewDiscoveryRESTMapper(groups),
	}
	return &Policies{client: client, checker: checker}, nil
}

// Check is what the controller of policies would write into `status.typeChecking`.
func (p *Policies) Check(object Stored) []string {
	var policy admission.ValidatingAdmissionPolicy
	if !object.Accepted || json.Unmarshal(object.Body, &policy) != nil || policy.Kind != "ValidatingAdmissionPolicy" {
		return nil
	}
	var said []string
	for _, warning := range p.checker.Check(&policy) {
		said = append(said, fmt.Sprintf("type checking: %s: %s", warning.FieldRef, strings.TrimSpace(warning.Warning)))
	}
	return said
}

// AwaitActive returns when the bindings among these objects are enforced. Policies become active
// all at once, so that one of ours that came after them tells.
func (p *Policies) AwaitActive(ctx context.Context, objects []Stored) error {
	var read struct{ Kind string }
	bound := false
	for _, object := range objects {
		bound = bound || object.Accepted && json.Unmarshal(object.Body, &read) == nil && read.Kind == "ValidatingAdmissionPolicyBinding"
	}
	if !bound || p.active {
		return nil
	}
	for _, document := range []string{
		`{apiVersion: admissionregistration.k8s.io/v1, kind: ValidatingAdmissionPolicy, metadata: {name: ` + canary + `},
		  spec: {matchConstraints: {resourceRules: [{apiGroups: [""], apiVersions: [v1], operations: [CREATE], resources: [configmaps]}]},
		  validations: [{expression: "object.metadata.name != '` + canary + `'"}]}}`,
		`{apiVersion: admissionregistration.k8s.io/v1, kind: ValidatingAdmissionPolicyBinding, metadata: {name: ` + canary + `},
		  spec: {policyName: ` + canary + `, validationActions: [Deny]}}`,
	} {
		answer, err := p.client.Apply(ctx, document)
		if err != nil {
			return err
		}
		if refused := answer.Refused(); refused != "" {
			return fmt.Errorf("%s: %s", canary, refused)
		}
	}
	p.active = true
	return p.await(ctx, true)
}

// AwaitGone returns when no policy of the case before is enforced any more.
func (p *Policies) AwaitGone(ctx context.Context) error {
	if !p.active {
		return nil
	}
	p.active = false
	return p.await(ctx, false)
}

func (p *Policies) await(ctx context.Context, refused bool) error {
	deadline := time.Now().Add(patience)
	body := []byte(`{"metadata":{"name":"` + canary + `"}}`)
	for {
		answer, err := p.client.Do(ctx, "POST", "/api/v1/namespaces/default/configmaps?dryRun=All", posting, body)
		if err != nil {
			return err
		}
		if (answer.Refused() != "") == refused {
			return nil
		}
		if time.Now().After(deadline) {
			return fmt.Errorf("policies did not change within %s", patience)
		}
		time.Sleep(50 * time.Millisecond)
	}
}
