package main

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"time"
)

// separator between the documents of a file.
var separator = regexp.MustCompile(`(?m)^---.*$`)

// Install applies every definition in a folder's files, and waits until all are served.
func Install(ctx context.Context, client *Client, folder string) (int, error) {
	files, err := filepath.Glob(filepath.Join(folder, "*"))
	if err != nil {
		return 0, err
	}
	installed := 0
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			return installed, err
		}
		for _, document := range separator.Split(string(text), -1) {
			if !strings.Contains(document, "kind: CustomResourceDefinition") &&
				!strings.Contains(document, `"kind":"CustomResourceDefinition"`) {
				continue
			}
			answer, err := client.Apply(ctx, document)
			if err != nil {
				return installed, err
			}
			if refused := answer.Refused(); refused != "" {
				return installed, fmt.Errorf("%s: %s", file, refused)
			}
			installed++
		}
	}
	return installed, awaitEstablished(ctx, client)
}

func awaitEstablished(ctx context.Context, client *Client) error {
	deadline := time.Now().Add(patience)
	for {
		waiting, err := notEstablished(ctx, client)
		if err != nil || len(waiting) == 0 {
			return err
		}
		if time.Now().After(deadline) {
			return fmt.Errorf("not served after %s: %s", patience, strings.Join(waiting, ", "))
		}
		time.Sleep(200 * time.Millisecond)
	}
}

// notEstablished names the definitions that are not served yet.
func notEstablished(ctx context.Context, client *Client) ([]string, error) {
	answer, err := client.Do(ctx, "GET", "/apis/apiextensions.k8s.io/v1/customresourcedefinitions", "", nil)
	if err != nil {
		return nil, err
	}
	var list struct {
		Items []struct {
			Metadata struct{ Name string }
			Status   struct {
				Conditions []struct{ Type, Status, Message string }
			}
		}
	}
	if err := json.Unmarshal(answer.Body, &list); err != nil {
		return nil, err
	}
	var waiting []string
	for _, item := range list.Items {
		established := false
		for _, condition := range item.Status.Conditions {
			established = established || condition.Type == "Established" && condition.Status == "True"
		}
		if !established {
			waiting = append(waiting, item.Metadata.Name)
		}
	}
	return waiting, nil
}
