// Package protocol is how a referee is asked, and how it answers: lines of JSON.
package protocol

import (
	"bufio"
	"encoding/json"
	"io"
)

// Case is one cluster's worth of objects. Cases are judged one after the other, each in a
// cluster that holds nothing of the one before.
type Case struct {
	Name string `json:"case"`
	// Ground are namespaces that something else makes before the objects come: a chart, or
	// whoever installed an operator.
	Ground  []string `json:"ground"`
	Objects []Object `json:"objects"`
}

// Object is one document as it was emitted.
type Object struct {
	// Wave is when it is applied: all of a wave at once, after the wave before.
	Wave int    `json:"wave"`
	YAML string `json:"yaml"`
}

// Verdict is what is said of one object. A pod that stands for what a controller would make of
// an object has the object's index.
type Verdict struct {
	Case  string `json:"case"`
	Index int    `json:"index"`
	// Refused is the server's message; empty where it accepted.
	Refused string `json:"refused,omitempty"`
	// Pod says that it is not the object that was refused, but the pod made of its template.
	Pod      bool     `json:"pod,omitempty"`
	Warnings []string `json:"warnings,omitempty"`
}

// end follows the verdicts of a case.
type end struct {
	Case string `json:"case"`
	Done bool   `json:"done"`
}

// Judge says what it thinks of every object of a case, in any order.
type Judge interface {
	Judge(c Case, say func(Verdict)) error
}

// Serve answers each line of in with verdicts, until there is none left. A line is a case of any
// length.
func Serve(in io.Reader, out io.Writer, judge Judge) error {
	lines := json.NewDecoder(bufio.NewReader(in))
	buffered := bufio.NewWriter(out)
	answers := json.NewEncoder(buffered)
	for {
		var c Case
		switch err := lines.Decode(&c); err {
		case nil:
		case io.EOF:
			return nil
		default:
			return err
		}
		var failed error
		err := judge.Judge(c, func(v Verdict) {
			if err := answers.Encode(v); err != nil {
				failed = err
			}
		})
		if err == nil {
			err = failed
		}
		if err == nil {
			err = answers.Encode(end{Case: c.Name, Done: true})
		}
		if err == nil {
			err = buffered.Flush()
		}
		if err != nil {
			return err
		}
	}
}
