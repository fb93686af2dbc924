// Package iam holds the functions to what their roles grant, so that a missing grant fails on this machine as it would
// on AWS, and a grant that nothing uses shows.
//
// It decides which actions on which resources a call needs, whether the caller's role grants them, and what AWS answers
// when it doesn't. The caller is known by its access key: each function's processes have their own. Whoever comes with
// another one (a test, a tool) stands for the account's owner and may do everything.
//
// Policies are read more strictly than AWS reads them: exact actions on exact ARNs, Allow only, conditions on a key's
// encryption context only. What a role says beyond that is an error at start that names the place, never a guess. Key
// and queue policies are not read: a key's is taken to leave the decision to IAM.
//
// See "Policy evaluation logic", IAM/latest/UserGuide/reference_policies_evaluation-logic.html.
package iam

import (
	"fmt"
	"sync"

	"guanxi/infra/local/template"
)

// Ledger knows what each function was granted and counts what it used. It is safe for concurrent use.
type Ledger struct {
	place   template.Place
	callers []*caller // in the template's order
	byKey   map[string]*caller
	names   []name
}

// caller is a function under its role.
type caller struct {
	function, arn string
	policy        Policy

	mu      sync.Mutex
	used    []int // by grant
	refused map[refusal]int
}

type refusal struct{ action, resource string }

// Need is what a call asks for: an action on a resource, and what a condition may look at, by condition key.
type Need struct {
	Action, Resource string
	Context          map[string]string
}

// New reads the roles of the template's functions. The error, a template.Errors, names everything in them that can't be
// evaluated, and everything that an event source mapping needs and its function's role lacks.
func New(t *template.Template, place template.Place) (*Ledger, error) {
	l := &Ledger{place: place, byKey: map[string]*caller{}, names: names(t)}
	var errs template.Errors
	report := func(path, problem string) { errs = append(errs, path+": "+problem) }
	policies := map[string]Policy{}
	for _, role := range t.Roles {
		policies[role.ARN] = compile(role.Statements, report)
	}
	for _, f := range t.Functions {
		role, _ := t.RoleByARN(f.Role) // the parser made sure of it
		c := &caller{
			function: f.LogicalID,
			arn:      fmt.Sprintf("arn:aws:sts::%s:assumed-role/%s/%s", place.Account, role.RoleName, f.FunctionName),
			policy:   policies[f.Role], refused: map[refusal]int{},
		}
		c.used = make([]int, len(c.policy))
		l.callers = append(l.callers, c)
		l.byKey[AccessKey(f)] = c
		for _, s := range sources(f) {
			for _, need := range s.needs {
				if c.permit(need) != nil {
					report(s.path, fmt.Sprintf("role %s does not grant %s on %s; AWS would refuse to create the mapping", role.LogicalID, need.Action, need.Resource))
				}
			}
		}
	}
	if len(errs) > 0 {
		return nil, errs
	}
	return l, nil
}

// AccessKey is what the function's processes sign with. AWS's are random; this one names the function, and is as
// alphanumeric as theirs.
func AccessKey(f template.Function) string { return f.LogicalID }

// Denied is a call that the caller's role doesn't grant. Its text is AWS's own, see "Troubleshoot access denied error
// messages", IAM/latest/UserGuide/troubleshoot_access-denied.html.
type Denied struct{ Caller, Action, Resource string }

func (d *Denied) Error() string {
	return fmt.Sprintf("User: %s is not authorized to perform: %s on resource: %s because no identity-based policy allows the %s action",
		d.Caller, d.Action, d.Resource, d.Action)
}

// permit counts the grants that the call uses; one that isn't there refuses it all, with a *Denied.
func (c *caller) permit(needs ...Need) error {
	found := make([]int, len(needs))
	for i, n := range needs {
		if found[i] = c.policy.find(n); found[i] < 0 {
			c.mu.Lock()
			defer c.mu.Unlock()
			c.refused[refusal{n.Action, n.Resource}]++
			return &Denied{Caller: c.arn, Action: n.Action, Resource: n.Resource}
		}
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	for _, grant := range found {
		c.used[grant]++
	}
	return nil
}
