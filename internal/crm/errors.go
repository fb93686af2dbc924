package crm

import (
	"errors"
	"fmt"
	"time"
)

// Kind says what a caller can do about an error. There are few, and api maps
// each to its HTTP status once.
type Kind int

const (
	Internal           Kind = iota // a fault of ours; its cause is logged, never shown
	Malformed                      // the bytes could not be read
	Invalid                        // read, but it breaks a rule; Fields say where
	Unauthenticated                // no valid proof of who is calling
	Forbidden                      // known, but not allowed to
	NotFound                       // not there, or not in the caller's scope
	Conflict                       // another state stands in the way; Detail says which
	Stale                          // the precondition does not hold (any more)
	PreconditionNeeded             // a precondition must be stated
	TooLarge                       // more bytes than the limit
	TooMany                        // a limit per time was reached; RetryAfter says when
	Unavailable                    // a part we depend on does not answer; try again
)

// Error carries an operation, a kind, words for the caller and the hidden cause.
type Error struct {
	Op         string // "store.PutOrder"
	Kind       Kind
	Detail     string  // shown to callers: no internals, no personal data
	Fields     []Field // for Invalid and Malformed
	RetryAfter time.Duration
	Err        error // the cause: logged, never shown
}

// Field is one thing wrong, at its place in the body ("lines[2].amount").
type Field struct {
	Path    string `json:"path"`
	Message string `json:"message"`
}

func (e *Error) Error() string {
	s := e.Op
	if e.Detail != "" {
		s += ": " + e.Detail
	}
	for _, f := range e.Fields {
		s += fmt.Sprintf(" [%s: %s]", f.Path, f.Message)
	}
	if e.Err != nil {
		s += ": " + e.Err.Error()
	}
	return s
}

func (e *Error) Unwrap() error { return e.Err }

// KindOf is the kind of the outermost Error in err's chain; Internal without one.
func KindOf(err error) Kind {
	if e, ok := errors.AsType[*Error](err); ok {
		return e.Kind
	}
	return Internal
}

// Fail makes an Error with words for the caller.
func Fail(op string, kind Kind, format string, args ...any) *Error {
	return &Error{Op: op, Kind: kind, Detail: fmt.Sprintf(format, args...)}
}

// Wrong makes an Invalid error about one place.
func Wrong(op, path, format string, args ...any) *Error {
	return &Error{Op: op, Kind: Invalid, Detail: "the request breaks a rule", Fields: []Field{{Path: path, Message: fmt.Sprintf(format, args...)}}}
}
