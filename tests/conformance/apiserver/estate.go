package main

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"sync"
	"time"

	"k8s.io/apimachinery/pkg/util/wait"
	"tenantry.dev/conformance/protocol"
)

// How many requests are under way at a time.
const workers = 8

// Cluster judges cases by applying them to a server.
type Cluster struct {
	Client   *Client
	Keyspace *Keyspace
	Policies *Policies
}

// Judge applies a case wave by wave, then the pods that controllers would make of it, and leaves
// the cluster as it was.
func (c *Cluster) Judge(given protocol.Case, say func(protocol.Verdict)) error {
	ctx := context.Background()
	for _, namespace := range given.Ground {
		document := fmt.Sprintf("{apiVersion: v1, kind: Namespace, metadata: {name: %q}}", namespace)
		if answer, err := c.Client.Apply(ctx, document); err != nil || answer.Refused() != "" {
			return fmt.Errorf("namespace %s: %s %w", namespace, answer.Refused(), err)
		}
	}
	var stored []Stored
	for _, wave := range waves(given.Objects) {
		found, err := c.applyWave(ctx, given, wave, say)
		if err != nil {
			return err
		}
		if err := c.Policies.AwaitActive(ctx, found); err != nil {
			return err
		}
		stored = append(stored, found...)
	}
	if err := c.startPods(ctx, given.Name, stored, say); err != nil {
		return err
	}
	if err := c.Keyspace.Restore(ctx); err != nil {
		return err
	}
	return c.Policies.AwaitGone(ctx)
}

// applyWave applies the objects at these indices side by side.
func (c *Cluster) applyWave(ctx context.Context, given protocol.Case, wave []int, say func(protocol.Verdict)) ([]Stored, error) {
	verdicts := make([]protocol.Verdict, len(wave))
	found := make([]Stored, len(wave))
	err := inParallel(len(wave), func(at int) error {
		index := wave[at]
		answer, err := patiently(ctx, func() (Answer, error) {
			return c.Client.Apply(ctx, given.Objects[index].YAML)
		})
		if err != nil {
			return err
		}
		found[at] = Stored{Index: index, Body: answer.Body, Accepted: answer.Refused() == ""}
		verdicts[at] = protocol.Verdict{
			Case:     given.Name,
			Index:    index,
			Refused:  answer.Refused(),
			Warnings: append(answer.Warnings, c.Policies.Check(found[at])...),
		}
		return nil
	})
	for _, verdict := range verdicts {
		say(verdict)
	}
	return found, err
}

// waves are the indices of the objects of each wave, the first wave first.
func waves(objects []protocol.Object) [][]int {
	by := map[int][]int{}
	var numbers []int
	for index, object := range objects {
		if by[object.Wave] == nil {
			numbers = append(numbers, object.Wave)
		}
		by[object.Wave] = append(by[object.Wave], index)
	}
	slices.Sort(numbers)
	found := make([][]int, 0, len(numbers))
	for _, number := range numbers {
		found = append(found, by[number])
	}
	return found
}

// patiently asks again while the server does not find what may just have been made: the caches of
// its admission take a moment to see what the wave before brought.
func patiently(ctx context.Context, ask func() (Answer, error)) (Answer, error) {
	pauses := wait.Backoff{Duration: 20 * time.Millisecond, Factor: 2, Steps: 6}
	for {
		answer, err := ask()
		if err != nil || pauses.Steps == 0 || !notYetSeen(answer.Refused()) {
			return answer, err
		}
		select {
		case <-ctx.Done():
			return answer, ctx.Err()
		case <-time.After(pauses.Step()):
		}
	}
}

func notYetSeen(refused string) bool {
	return strings.Contains(refused, "not found") || strings.Contains(refused, "no PriorityClass with name")
}

// inParallel does something for each number below count, and returns the first error.
func inParallel(count int, do func(int) error) error {
	var (
		group  sync.WaitGroup
		lock   sync.Mutex
		failed error
		next   int
	)
	take := func() (int, bool) {
		lock.Lock()
		defer lock.Unlock()
		if next >= count || failed != nil {
			return 0, false
		}
		next++
		return next - 1, true
	}
	for range min(workers, count) {
		group.Go(func() {
			for at, ok := take(); ok; at, ok = take() {
				if err := do(at); err != nil {
					lock.Lock()
					failed = err
					lock.Unlock()
				}
			}
		})
	}
	group.Wait()
	return failed
}
