// Package control is the local cloud's own port: it moves the clock over the schedules that lie between, waits until
// everything has settled, shows queues, functions and logs, redrives dead letters and makes things fail.
//
// It decides what "settled" means: no function is running, nothing waits in a stream or a queue that has a consumer, no
// schedule's invocation is under way, and all that held twice with nothing invoked in between. No test needs to sleep.
//
// JSON over loopback, without authentication; an error is {"message": …}.
package control

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"sort"
	"time"

	"guanxi/infra/local/clock"
	"guanxi/infra/local/function"
	"guanxi/infra/local/iam"

	"github.com/aws/aws-sdk-go-v2/service/sqs"
)

// Function is a function under the names by which the port finds it.
type Function struct {
	*function.Function
	Name string // logical id
	Code string // folder of its main package; its last part is a second name
}

// Queue is a queue of the template.
type Queue struct {
	Name         string // logical id
	URL, ARN     string
	DeadLetterOf []string // names of the queues and functions that leave here what they gave up
	RedriveTo    []string // the queues among them, whose redrive policy names this one
}

// Source is a stream's or queue's reader.
type Source interface {
	// Idle says whether nothing waits and nothing is in work.
	Idle(ctx context.Context) (bool, error)
}

// Parts are what the port controls.
type Parts struct {
	Clock     *clock.Clock
	Scheduler *Scheduler
	Functions []Function
	Queues    []Queue
	Sources   map[string]Source // by a name for messages
	SQS       *sqs.Client
	// Refuse makes the next calls of the functions to a service (dynamodb, sqs) fail.
	Refuse   func(service, how string, times int) error
	Grants   func() []iam.Account // what each function may do, did and was refused
	Repaired []string             // what this start repaired
}

// Control serves the port and is what Go programs call directly.
type Control struct{ Parts }

// New takes the parts as they are.
func New(p Parts) *Control {
	sort.Slice(p.Functions, func(i, j int) bool { return p.Functions[i].Name < p.Functions[j].Name })
	return &Control{p}
}

// problem is an error that the port's client caused or can act upon.
type problem struct {
	status  int
	message string
	busy    []string
}

func (p problem) Error() string { return p.message }

func bad(format string, args ...any) error {
	return problem{status: http.StatusBadRequest, message: fmt.Sprintf(format, args...)}
}

func unknown(kind, name string) error {
	return problem{status: http.StatusNotFound, message: fmt.Sprintf("there is no %s %s", kind, name)}
}

// Handler serves the endpoints.
func (c *Control) Handler() http.Handler {
	mux := http.NewServeMux()
	for pattern, serve := range map[string]func(*http.Request) (any, error){
		"GET /status":                   c.status,
		"GET /clock":                    c.now,
		"POST /clock/advance":           c.advance,
		"POST /settle":                  c.settle,
		"GET /queues":                   c.queues,
		"GET /queues/{name}/messages":   c.messages,
		"POST /queues/{name}/redrive":   c.redrive,
		"GET /functions":                c.functions,
		"GET /functions/{name}/logs":    c.logs,
		"GET /grants":                   c.grants,
		"POST /functions/{name}/faults": c.fault,
		"POST /functions/{name}/invoke": c.invoke,
		"POST /faults/throttle":         c.refuse("throttle"),
		"POST /faults/unreachable":      c.refuse("unreachable"),
	} {
		mux.HandleFunc(pattern, func(w http.ResponseWriter, r *http.Request) { answer(w, r, serve) })
	}
	return mux
}

func answer(w http.ResponseWriter, r *http.Request, serve func(*http.Request) (any, error)) {
	body, err := serve(r)
	status := http.StatusOK
	if err != nil {
		status = http.StatusInternalServerError
		out := map[string]any{"message": err.Error()}
		if p, ok := errors.AsType[problem](err); ok {
			status = p.status
			if p.busy != nil {
				out["busy"] = p.busy
			}
		}
		body = out
	}
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(body)
}

// decode reads a request's body; an empty one leaves the defaults.
func decode(r *http.Request, into any) error {
	d := json.NewDecoder(r.Body)
	d.DisallowUnknownFields()
	if err := d.Decode(into); err != nil && !errors.Is(err, io.EOF) {
		return bad("the body is not understood: %v", err)
	}
	return nil
}

func (c *Control) status(r *http.Request) (any, error) {
	busy, err := c.busy(r.Context())
	if err != nil {
		return nil, err
	}
	return map[string]any{"now": c.Clock.Now().Format(time.RFC3339Nano), "busy": busy, "repaired": c.Repaired}, nil
}

func (c *Control) now(*http.Request) (any, error) {
	return map[string]any{"now": c.Clock.Now().Format(time.RFC3339Nano)}, nil
}

// advance takes {"by": "P1Y2M3DT4H5M6S"} or {"to": RFC 3339}.
func (c *Control) advance(r *http.Request) (any, error) {
	var ask struct{ By, To string }
	if err := decode(r, &ask); err != nil {
		return nil, err
	}
	target, err := targetOf(c.Clock.Now(), ask.By, ask.To)
	if err != nil {
		return nil, err
	}
	fired, err := c.Advance(r.Context(), target)
	if err != nil {
		return nil, err
	}
	return map[string]any{"now": c.Clock.Now().Format(time.RFC3339Nano), "fired": fired}, nil
}

func targetOf(now time.Time, by, to string) (time.Time, error) {
	switch {
	case by != "" && to == "":
		target, err := addDuration(now, by)
		if err != nil {
			return time.Time{}, bad("by: %v", err)
		}
		return target, nil
	case to != "" && by == "":
		target, err := time.Parse(time.RFC3339Nano, to)
		if err != nil {
			return time.Time{}, bad("to: %v", err)
		}
		if target.Before(now) {
			return time.Time{}, problem{status: http.StatusConflict, message: fmt.Sprintf("the clock never goes back: it is %s", now.Format(time.RFC3339))}
		}
		return target, nil
	}
	return time.Time{}, bad(`give either {"by": "P30D"} or {"to": "2027-01-31T00:00:00Z"}`)
}

func (c *Control) settle(r *http.Request) (any, error) {
	ask := struct{ Timeout string }{Timeout: "PT60S"}
	if err := decode(r, &ask); err != nil {
		return nil, err
	}
	began := time.Now()
	end, err := addDuration(began, ask.Timeout)
	if err != nil {
		return nil, bad("timeout: %v", err)
	}
	if err := c.Settle(r.Context(), end.Sub(began)); err != nil {
		return nil, err
	}
	return map[string]any{"settled": true, "ms": time.Since(began).Milliseconds()}, nil
}

// refuse makes calls of the functions fail at the seam between them and a service.
func (c *Control) refuse(how string) func(*http.Request) (any, error) {
	return func(r *http.Request) (any, error) {
		ask := struct {
			Service string
			Times   int
		}{Times: 1}
		if err := decode(r, &ask); err != nil {
			return nil, err
		}
		if err := c.Refuse(ask.Service, how, ask.Times); err != nil {
			return nil, bad("%v", err)
		}
		return map[string]any{"service": ask.Service, how: ask.Times}, nil
	}
}
