module tenantry.dev/conformance/crds

go 1.26.7

require (
	github.com/cilium/cilium v1.19.5
	github.com/envoyproxy/gateway v1.9.1
	github.com/external-secrets/external-secrets v1.3.2
	github.com/k8snetworkplumbingwg/network-attachment-definition-client v1.7.7
	github.com/k8snetworkplumbingwg/multi-networkpolicy v1.0.1
	github.com/kubernetes-csi/external-snapshotter/client/v8 v8.7.0
	github.com/prometheus-operator/prometheus-operator v0.85.0
	github.com/vmware-tanzu/velero v1.18.3
	go.universe.tf/metallb v0.16.2
	sigs.k8s.io/gateway-api v1.6.1
)
