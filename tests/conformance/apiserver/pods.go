package main

import (
	"context"
	"encoding/json"
	"tenantry.dev/conformance/protocol"
)

// Stored is an object as the server answered it, defaults and all.
type Stored struct {
	Index    int
	Body     []byte
	Accepted bool
}

// controlled is what we read of an object that a controller makes pods of.
type controlled struct {
	Kind     string
	Metadata struct{ Name, Namespace string }
	Spec     struct {
		Template             *template
		VolumeClaimTemplates []struct{ Metadata struct{ Name string } }
		JobTemplate          struct{ Spec struct{ Template *template } }
	}
}

type template struct {
	Metadata map[string]any `json:"metadata"`
	Spec     map[string]any `json:"spec"`
}

// pod that the controller of the object would make; nil where it makes none.
func (o controlled) pod() map[string]any {
	from := o.Spec.Template
	switch o.Kind {
	case "CronJob":
		from = o.Spec.JobTemplate.Spec.Template
	case "Deployment", "StatefulSet", "DaemonSet", "Job":
	default:
		return nil
	}
	if from == nil {
		return nil
	}
	if from.Metadata == nil {
		from.Metadata = map[string]any{}
	}
	from.Metadata["name"] = o.Metadata.Name + "-0"
	from.Metadata["namespace"] = o.Metadata.Namespace
	volumes, _ := from.Spec["volumes"].([]any)
	for _, claim := range o.Spec.VolumeClaimTemplates {
		name := claim.Metadata.Name
		claimed := map[string]any{"claimName": name + "-" + o.Metadata.Name + "-0"}
		volumes = append(volumes, map[string]any{"name": name, "persistentVolumeClaim": claimed})
	}
	if len(volumes) > 0 {
		from.Spec["volumes"] = volumes
	}
	return map[string]any{"apiVersion": "v1", "kind": "Pod", "metadata": from.Metadata, "spec": from.Spec}
}

// startPods tries the first pod of everything that has pods: what is accepted as a template can
// be refused as a pod, by the namespace's security level, its limits, a class that is not there.
func (c *Cluster) startPods(ctx context.Context, name string, stored []Stored, say func(protocol.Verdict)) error {
	type start struct {
		index int
		pod   map[string]any
		path  string
	}
	var starts []start
	accounts := map[string]bool{}
	for _, object := range stored {
		var read controlled
		if !object.Accepted || json.Unmarshal(object.Body, &read) != nil {
			continue
		}
		if pod := read.pod(); pod != nil {
			path := "/api/v1/namespaces/" + read.Metadata.Namespace
			accounts[path] = true
			starts = append(starts, start{object.Index, pod, path + "/pods?dryRun=All&fieldValidation=Strict"})
		}
	}
	for path := range accounts {
		// A controller makes it in every namespace.
		account := []byte(`{"metadata":{"name":"default"}}`)
		if _, err := c.Client.Do(ctx, "POST", path+"/serviceaccounts", posting, account); err != nil {
			return err
		}
	}
	verdicts := make([]protocol.Verdict, len(starts))
	err := inParallel(len(starts), func(at int) error {
		body, err := json.Marshal(starts[at].pod)
		if err != nil {
			return err
		}
		answer, err := patiently(ctx, func() (Answer, error) {
			return c.Client.Do(ctx, "POST", starts[at].path, posting, body)
		})
		verdicts[at] = protocol.Verdict{Case: name, Index: starts[at].index, Pod: true, Refused: answer.Refused(), Warnings: answer.Warnings}
		return err
	})
	for _, verdict := range verdicts {
		say(verdict)
	}
	return err
}
