package main

import (
	"context"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"encoding/pem"
	"fmt"
	"net"
	"net/url"
	"os"
	"path/filepath"
	"time"

	clientv3 "go.etcd.io/etcd/client/v3"
	"go.etcd.io/etcd/server/v3/embed"
	"go.etcd.io/etcd/server/v3/etcdserver/api/v3client"
	"k8s.io/kubernetes/cmd/kube-apiserver/app"
)

const (
	// The server's own user: the group that RBAC lets do everything.
	token = "conformance"
	// How long a server may take to be ready. Two seconds are usual on an idle machine.
	patience = 2 * time.Minute
)

// Server is a kube-apiserver with its etcd, in this process.
type Server struct {
	// URL of the API.
	URL string
	// Store is the etcd below, for what the API has no word for: forgetting.
	Store *clientv3.Client
	// Certificates that the API is served with.
	Certificates string
}

// Start runs etcd and kube-apiserver below a folder until the process ends, and returns when the
// server says that it is ready.
func Start(folder string) (*Server, error) {
	ports, err := freePorts(3)
	if err != nil {
		return nil, err
	}
	store, err := startStore(filepath.Join(folder, "etcd"), ports[0], ports[1])
	if err != nil {
		return nil, fmt.Errorf("etcd: %w", err)
	}
	flags, err := serverFlags(folder, ports[0], ports[2])
	if err != nil {
		return nil, err
	}
	command := app.NewAPIServerCommand()
	command.SetArgs(flags)
	ended := make(chan error, 1)
	go func() { ended <- command.Execute() }()

	server := &Server{
		URL:          fmt.Sprintf("https://127.0.0.1:%d", ports[2]),
		Store:        store,
		Certificates: filepath.Join(folder, "tls", "apiserver.crt"),
	}
	return server, server.awaitReady(ended)
}

func startStore(folder string, client, peer int) (*clientv3.Client, error) {
	config := embed.NewConfig()
	config.Dir = folder
	config.LogLevel = "error"
	// Nothing of it outlives the process.
	config.UnsafeNoFsync = true
	config.ListenClientUrls = loopback(client)
	config.AdvertiseClientUrls = config.ListenClientUrls
	config.ListenPeerUrls = loopback(peer)
	config.AdvertisePeerUrls = config.ListenPeerUrls
	config.InitialCluster = config.InitialClusterFromName(config.Name)
	etcd, err := embed.StartEtcd(config)
	if err != nil {
		return nil, err
	}
	select {
	case <-etcd.Server.ReadyNotify():
		return v3client.New(etcd.Server), nil
	case err := <-etcd.Err():
		return nil, err
	case <-time.After(patience):
		return nil, fmt.Errorf("not ready after %s", patience)
	}
}

func serverFlags(folder string, store, secure int) ([]string, error) {
	key := filepath.Join(folder, "service-accounts.pem")
	if err := writeKey(key); err != nil {
		return nil, err
	}
	tokens := filepath.Join(folder, "tokens.csv")
	line := token + ",conformance,conformance,system:masters\n"
	if err := os.WriteFile(tokens, []byte(line), 0o600); err != nil {
		return nil, err
	}
	return []string{
		fmt.Sprintf("--etcd-servers=http://127.0.0.1:%d", store),
		"--bind-address=127.0.0.1",
		fmt.Sprintf("--secure-port=%d", secure),
		"--cert-dir=" + filepath.Join(folder, "tls"),
		"--token-auth-file=" + tokens,
		"--authorization-mode=RBAC",
		"--service-account-issuer=https://kubernetes.default.svc",
		"--service-account-key-file=" + key,
		"--service-account-signing-key-file=" + key,
		// What an estate's own plan says is not known here: the usual range, of kubeadm.
		"--service-cluster-ip-range=10.96.0.0/12",
		// Names of services as every version takes them: 1.36 and later take more.
		"--feature-gates=RelaxedServiceNameValidation=false",
		"--endpoint-reconciler-type=none",
		"--enable-priority-and-fairness=false",
		"--profiling=false",
	}, nil
}

func writeKey(path string) error {
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		return err
	}
	block := &pem.Block{Type: "RSA PRIVATE KEY", Bytes: x509.MarshalPKCS1PrivateKey(key)}
	return os.WriteFile(path, pem.EncodeToMemory(block), 0o600)
}

func (s *Server) awaitReady(ended <-chan error) error {
	deadline := time.After(patience)
	for {
		select {
		case err := <-ended:
			return fmt.Errorf("kube-apiserver ended: %w", err)
		case <-deadline:
			return fmt.Errorf("kube-apiserver is not ready after %s", patience)
		case <-time.After(100 * time.Millisecond):
		}
		client, err := NewClient(s)
		if err != nil {
			continue
		}
		if answer, err := client.Do(context.Background(), "GET", "/readyz", "", nil); err == nil && answer.Code == 200 {
			return nil
		}
	}
}

// freePorts asks for ports that nobody listens on.
func freePorts(count int) ([]int, error) {
	ports := make([]int, 0, count)
	for range count {
		listener, err := net.Listen("tcp", "127.0.0.1:0")
		if err != nil {
			return nil, err
		}
		// Kept open until all are known, so that no two are the same.
		defer listener.Close()
		ports = append(ports, listener.Addr().(*net.TCPAddr).Port)
	}
	return ports, nil
}

func loopback(port int) []url.URL {
	return []url.URL{{Scheme: "http", Host: fmt.Sprintf("127.0.0.1:%d", port)}}
}
