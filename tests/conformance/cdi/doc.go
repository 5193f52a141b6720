// Package cdi pins the types of the Containerized Data Importer. Their definitions are made from
// them with the tool that the project itself makes them with, because the module that ships them
// is not on every proxy.
package cdi

import _ "kubevirt.io/containerized-data-importer-api/pkg/apis/core/v1beta1"
