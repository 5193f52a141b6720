// Package virttemplate has a client of the template API that cannot be made.
package virttemplate

import (
	"errors"

	"k8s.io/client-go/rest"
)

// Client is never there.
type Client struct{}

// Templates is the client of one version.
type Templates struct{}

// NewForConfig refuses: the template API is not part of these tests.
func NewForConfig(*rest.Config) (*Client, error) {
	return nil, errors.New("the template API is not part of these tests")
}

// TemplateV1beta1 is never reached.
func (*Client) TemplateV1beta1() *Templates { return &Templates{} }

// RESTClient is never reached.
func (*Templates) RESTClient() rest.Interface { return nil }
