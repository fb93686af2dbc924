package control

import (
	"encoding/json"
	"io"
	"net/http"
	"path"
	"time"

	"guanxi/infra/local/function"
)

// find looks a function up by its logical id or by the last part of its folder.
func (c *Control) find(name string) (Function, error) {
	for _, f := range c.Functions {
		if f.Name == name || path.Base(f.Code) == name {
			return f, nil
		}
	}
	return Function{}, unknown("function", name)
}

func (c *Control) functions(*http.Request) (any, error) {
	type line struct {
		Name   string  `json:"name"`
		Code   string  `json:"code"`
		Faults []fault `json:"faults,omitempty"`
		function.Stats
	}
	lines := make([]line, 0, len(c.Functions))
	for _, f := range c.Functions {
		l := line{Name: f.Name, Code: f.Code, Stats: f.Stats()}
		for _, to := range f.Faults() {
			l.Faults = append(l.Faults, fault{Kind: to.Kind, Times: to.Times, After: isoSeconds(to.After)})
		}
		lines = append(lines, l)
	}
	return map[string]any{"functions": lines}, nil
}

func (c *Control) logs(r *http.Request) (any, error) {
	f, err := c.find(r.PathValue("name"))
	if err != nil {
		return nil, err
	}
	return map[string]any{"name": f.Name, "lines": f.Logs()}, nil
}

// invoke hands an event to a function, as the Invoke API does, and answers what the function answered.
func (c *Control) invoke(r *http.Request) (any, error) {
	f, err := c.find(r.PathValue("name"))
	if err != nil {
		return nil, err
	}
	event, err := io.ReadAll(http.MaxBytesReader(nil, r.Body, function.MaxPayload))
	if err != nil || !json.Valid(event) {
		return nil, bad("the body is not an event in JSON")
	}
	answer, err := f.Invoke(r.Context(), event)
	return json.RawMessage(answer), err
}

func (c *Control) grants(*http.Request) (any, error) {
	return map[string]any{"functions": c.Grants()}, nil
}

// fault is a function.Fault as the port writes it. Times 0 means until further notice; After is an ISO 8601 duration.
type fault struct {
	Kind  string `json:"kind"`
	Times int    `json:"times"`
	After string `json:"after,omitempty"`
}

func (c *Control) fault(r *http.Request) (any, error) {
	f, err := c.find(r.PathValue("name"))
	if err != nil {
		return nil, err
	}
	ask := fault{After: "PT0S"}
	if err := decode(r, &ask); err != nil {
		return nil, err
	}
	start := time.Unix(0, 0)
	end, err := addDuration(start, ask.After)
	if err != nil {
		return nil, bad("after: %v", err)
	}
	if ask.Times < 0 {
		return nil, bad("times: %d is less than none", ask.Times)
	}
	if err := f.Inject(function.Fault{Kind: ask.Kind, Times: ask.Times, After: end.Sub(start)}); err != nil {
		return nil, bad("%v", err)
	}
	return map[string]any{"name": f.Name, "fault": ask}, nil
}
