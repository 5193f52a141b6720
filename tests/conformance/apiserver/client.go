package main

import (
	"bytes"
	"context"
	"crypto/tls"
	"crypto/x509"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"os"
	"strings"
	"sync"

	"sigs.k8s.io/yaml"
)

const (
	manager  = "tenantry"
	applying = "application/apply-patch+yaml"
	posting  = "application/json"
)

// Client speaks to the API as kubectl does.
type Client struct {
	url  string
	http *http.Client

	lock  sync.Mutex
	known map[identityKind]resource
}

// identityKind is what a manifest says of its kind.
type identityKind struct{ apiVersion, kind string }

// resource is what the server calls a kind.
type resource struct {
	plural     string
	namespaced bool
}

// Answer of the server.
type Answer struct {
	Code     int
	Body     []byte
	Warnings []string
}

// Refused is the message of a refusal; empty where the server accepted.
func (a Answer) Refused() string {
	if a.Code < 300 {
		return ""
	}
	var status struct{ Message string }
	if json.Unmarshal(a.Body, &status) == nil && status.Message != "" {
		return status.Message
	}
	return fmt.Sprintf("%d %s", a.Code, a.Body)
}

// NewClient trusts the certificates that the server made for itself.
func NewClient(server *Server) (*Client, error) {
	certificates, err := os.ReadFile(server.Certificates)
	if err != nil {
		return nil, err
	}
	roots := x509.NewCertPool()
	roots.AppendCertsFromPEM(certificates)
	transport := &http.Transport{
		TLSClientConfig:     &tls.Config{RootCAs: roots},
		ForceAttemptHTTP2:   true,
		MaxIdleConnsPerHost: workers,
	}
	return &Client{
		url:   server.URL,
		http:  &http.Client{Transport: transport, Timeout: patience},
		known: map[identityKind]resource{},
	}, nil
}

// Do sends a request, and reads the whole answer.
func (c *Client) Do(ctx context.Context, method, path, kind string, body []byte) (Answer, error) {
	request, err := http.NewRequestWithContext(ctx, method, c.url+path, bytes.NewReader(body))
	if err != nil {
		return Answer{}, err
	}
	request.Header.Set("Authorization", "Bearer "+token)
	request.Header.Set("Accept", "application/json")
	if kind != "" {
		request.Header.Set("Content-Type", kind)
	}
	response, err := c.http.Do(request)
	if err != nil {
		return Answer{}, err
	}
	defer response.Body.Close()
	text, err := io.ReadAll(response.Body)
	if err != nil {
		return Answer{}, err
	}
	return Answer{Code: response.StatusCode, Body: text, Warnings: warnings(response.Header)}, nil
}

// warnings are the texts of `299 - "text"`.
func warnings(header http.Header) []string {
	var found []string
	for _, value := range header.Values("Warning") {
		text := strings.TrimPrefix(value, "299 - ")
		found = append(found, strings.Trim(text, `"`))
	}
	return found
}

// Manifest is what we read of a document to know where it goes.
type Manifest struct {
	APIVersion string `json:"apiVersion"`
	Kind       string `json:"kind"`
	Metadata   struct {
		Name      string `json:"name"`
		Namespace string `json:"namespace"`
	} `json:"metadata"`
}

// Apply sends a document as `kubectl apply --server-side --force-conflicts --validate=strict`.
func (c *Client) Apply(ctx context.Context, document string) (Answer, error) {
	var manifest Manifest
	if err := yaml.Unmarshal([]byte(document), &manifest); err != nil {
		return Answer{Code: http.StatusBadRequest, Body: []byte(err.Error())}, nil
	}
	path, err := c.path(ctx, manifest)
	if err != nil {
		return Answer{Code: http.StatusNotFound, Body: []byte(err.Error())}, nil
	}
	path += "?force=true&fieldValidation=Strict&fieldManager=" + manager
	return c.Do(ctx, http.MethodPatch, path, applying, []byte(document))
}

func (c *Client) path(ctx context.Context, manifest Manifest) (string, error) {
	found, err := c.resource(ctx, identityKind{manifest.APIVersion, manifest.Kind})
	if err != nil {
		return "", err
	}
	path := groupPath(manifest.APIVersion)
	switch namespace := manifest.Metadata.Namespace; {
	case found.namespaced && namespace == "":
		return "", fmt.Errorf("%s %s is without a namespace", manifest.Kind, manifest.Metadata.Name)
	case !found.namespaced && namespace != "":
		return "", fmt.Errorf("%s %s is of no namespace, but names %s", manifest.Kind, manifest.Metadata.Name, namespace)
	case found.namespaced:
		path += "/namespaces/" + namespace
	}
	return path + "/" + found.plural + "/" + manifest.Metadata.Name, nil
}

func groupPath(apiVersion string) string {
	if strings.Contains(apiVersion, "/") {
		return "/apis/" + apiVersion
	}
	return "/api/" + apiVersion
}

// resource looks a kind up in what the server says that it serves.
func (c *Client) resource(ctx context.Context, kind identityKind) (resource, error) {
	c.lock.Lock()
	defer c.lock.Unlock()
	if found, ok := c.known[kind]; ok {
		return found, nil
	}
	answer, err := c.Do(ctx, http.MethodGet, groupPath(kind.apiVersion), "", nil)
	if err != nil {
		return resource{}, err
	}
	var list struct {
		Resources []struct {
			Name, Kind string
			Namespaced bool
		}
	}
	if answer.Code == http.StatusOK {
		if err := json.Unmarshal(answer.Body, &list); err != nil {
			return resource{}, err
		}
	}
	for _, listed := range list.Resources {
		// A subresource is `deployments/scale`, and often of another kind.
		if listed.Kind == kind.kind && !strings.Contains(listed.Name, "/") {
			found := resource{listed.Name, listed.Namespaced}
			c.known[kind] = found
			return found, nil
		}
	}
	return resource{}, fmt.Errorf("no matches for kind %q in version %q", kind.kind, kind.apiVersion)
}
