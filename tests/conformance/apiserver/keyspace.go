package main

import (
	"context"
	"strings"

	clientv3 "go.etcd.io/etcd/client/v3"
)

// A transaction of etcd takes no more than 128 operations.
const batch = 100

// Keyspace remembers what a cluster holds before any estate, to go back to. A namespace cannot be
// deleted through the API where no controller empties it, and ten thousand deletions would take
// longer than all that is judged. So the keys are taken from below the server, whose caches watch
// them.
type Keyspace struct {
	store *clientv3.Client
	// before holds the modification of each key.
	before map[string]int64
	// ports of nodes and the like are one value that many objects share.
	shared map[string]string
}

const (
	registry = "/registry/"
	ranges   = registry + "ranges/"
)

// Remember takes note of all keys.
func Remember(ctx context.Context, store *clientv3.Client) (*Keyspace, error) {
	space := &Keyspace{store: store, before: map[string]int64{}, shared: map[string]string{}}
	keys, err := store.Get(ctx, registry, clientv3.WithPrefix(), clientv3.WithKeysOnly())
	if err != nil {
		return nil, err
	}
	for _, pair := range keys.Kvs {
		space.before[string(pair.Key)] = pair.ModRevision
	}
	values, err := store.Get(ctx, ranges, clientv3.WithPrefix())
	if err != nil {
		return nil, err
	}
	for _, pair := range values.Kvs {
		space.shared[string(pair.Key)] = string(pair.Value)
	}
	return space, nil
}

// Restore deletes what came since, and puts shared values back.
func (k *Keyspace) Restore(ctx context.Context) error {
	keys, err := k.store.Get(ctx, registry, clientv3.WithPrefix(), clientv3.WithKeysOnly())
	if err != nil {
		return err
	}
	var operations []clientv3.Op
	for _, pair := range keys.Kvs {
		key := string(pair.Key)
		revision, known := k.before[key]
		switch value, shared := k.shared[key]; {
		case !known && !isOwn(key):
			operations = append(operations, clientv3.OpDelete(key))
		case shared && revision != pair.ModRevision:
			operations = append(operations, clientv3.OpPut(key, value))
		}
	}
	for len(operations) > 0 {
		now := min(batch, len(operations))
		if _, err := k.store.Txn(ctx).Then(operations[:now]...).Commit(); err != nil {
			return err
		}
		operations = operations[now:]
	}
	return k.rememberShared(ctx)
}

// rememberShared takes the new modifications of what was put back.
func (k *Keyspace) rememberShared(ctx context.Context) error {
	values, err := k.store.Get(ctx, ranges, clientv3.WithPrefix(), clientv3.WithKeysOnly())
	if err != nil {
		return err
	}
	for _, pair := range values.Kvs {
		k.before[string(pair.Key)] = pair.ModRevision
	}
	return nil
}

// isOwn tells what the server keeps for itself while it runs.
func isOwn(key string) bool {
	for _, own := range []string{"leases/", "masterleases/", "peerserverleases/", "events/", "apiregistration.k8s.io/"} {
		if strings.HasPrefix(key, registry+own) {
			return true
		}
	}
	return strings.HasPrefix(key, registry+"configmaps/kube-system/")
}
