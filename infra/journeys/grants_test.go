package journeys_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"sync"
	"testing"
)

// grants are what the roles in the template allow and what the journeys needed, of all systems that ran. A call without
// a grant fails by itself, but a worker's could heal unseen; so none may ever be refused, and together the journeys use
// every grant that there is.
type grants struct {
	mu      sync.Mutex
	all     int            // journeys that there are
	told    int            // journeys that began
	times   map[string]int // by function, action, resource and condition
	refused []string
	failed  error
}

// begin counts the journeys.
func (g *grants) begin() {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.told++
}

// collect adds what a system says before it ends.
func (g *grants) collect(s *system) {
	g.mu.Lock()
	defer g.mu.Unlock()
	type usage struct {
		Action, Resource string
		When             map[string]string
		Times            int
	}
	var told struct {
		Functions []struct {
			Name             string
			Granted, Refused []usage
		}
	}
	a, err := send(http.MethodGet, s.control+"/grants", http.Header{}, nil)
	if err == nil {
		err = json.Unmarshal(a.body, &told)
	}
	if err == nil && len(told.Functions) == 0 {
		err = fmt.Errorf("no grants: %s", a)
	}
	g.failed = errors.Join(g.failed, err)
	for _, f := range told.Functions {
		for _, u := range f.Granted {
			line := fmt.Sprintf("%s: %s on %s", f.Name, u.Action, u.Resource)
			for key, value := range u.When {
				line += fmt.Sprintf(", %s=%s", key, value)
			}
			g.times[line] += u.Times
		}
		for _, u := range f.Refused {
			g.refused = append(g.refused, fmt.Sprintf("%s: %s on %s", f.Name, u.Action, u.Resource))
		}
	}
}

// check is for when all journeys are over. Only all of them, to their ends, can use every grant.
func (g *grants) check(t *testing.T) {
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.failed != nil {
		t.Errorf("what was used is not known: %v", g.failed)
	}
	slices.Sort(g.refused)
	for _, line := range slices.Compact(g.refused) {
		t.Errorf("a role lacks %s", line)
	}
	if g.told < g.all || t.Failed() {
		return
	}
	var unused []string
	for line, times := range g.times {
		if times == 0 {
			unused = append(unused, line)
		}
	}
	slices.Sort(unused)
	for _, line := range unused {
		t.Errorf("no journey needs %s", line)
	}
}
