// Package routing decides whom a written fact wakes.
package routing

import (
	"errors"

	"guanxi/internal/event"
)

// Worker is one of the queues that facts are routed to.
type Worker string

const (
	Recompute Worker = "recompute" // folds and decides
	Warn      Worker = "warn"      // opens, escalates and closes warnings
)

// Workers are those whom a fact of the kind wakes; the kind is what the
// fact's key says ("order"). A kind that the table does not know wakes nobody:
// it may be newer than this function. No kind at all is an error: the key was
// none of ours.
func Workers(kind string) ([]Worker, error) {
	switch kind {
	case "order", "refund", "interaction", "answer", "profile":
		return []Worker{Recompute}, nil
	case "decision":
		return []Worker{Warn}, nil
	case "":
		return nil, errors.New("routing: the fact has no kind")
	}
	return nil, nil
}

// Message is what the worker is asked to do.
func (w Worker) Message() event.Kind {
	if w == Warn {
		return event.Changed
	}
	return event.Wake
}
