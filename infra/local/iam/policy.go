package iam

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"guanxi/infra/local/template"
)

// Grant is one action on one resource, under one choice of its conditions' values. A statement with two actions, on two
// resources, with two values for a condition, is eight grants: each can be missing, and each can be unused.
type Grant struct {
	Action   string            `json:"action"`
	Resource string            `json:"resource"`
	When     map[string]string `json:"when,omitempty"`
}

// Policy is all that a role grants.
type Policy []Grant

// Allows says whether a grant covers the need.
func (p Policy) Allows(n Need) bool { return p.find(n) >= 0 }

func (p Policy) find(n Need) int {
	return slices.IndexFunc(p, func(g Grant) bool { return g.covers(n) })
}

func (g Grant) covers(n Need) bool {
	if !strings.EqualFold(g.Action, n.Action) || g.Resource != n.Resource { // actions have no case
		return false
	}
	for key, value := range g.When {
		if have, ok := n.Context[key]; !ok || have != value {
			return false
		}
	}
	return true
}

// The services whose calls are judged, and those whose grants have no effect here, since no function calls them: Lambda
// itself writes logs and traces.
var (
	judged = []string{"dynamodb", "sqs", "kms"}
	passed = []string{"logs", "xray"}
)

// encryptionContext begins the condition keys that are evaluated: "kms:EncryptionContext:context-key",
// kms/latest/developerguide/conditions-kms.html.
const encryptionContext = "kms:EncryptionContext:"

func compile(statements []template.Statement, report func(path, problem string)) Policy {
	var policy Policy
	for _, s := range statements {
		actions := judgedActions(s, report)
		if len(actions) == 0 {
			continue
		}
		if s.Effect != "Allow" {
			report(s.Path+".Effect", fmt.Sprintf("%q is not evaluated by the local cloud, only Allow is", s.Effect))
		}
		if len(s.Resource) == 0 {
			report(s.Path+".Resource", "is missing")
		}
		for i, r := range s.Resource {
			if wild(r) || !strings.HasPrefix(r, "arn:") {
				report(fmt.Sprintf("%s.Resource.%d", s.Path, i), fmt.Sprintf("%q is not one resource's ARN; the local cloud evaluates no wildcards", r))
			}
		}
		for _, when := range choices(s, report) {
			for _, r := range s.Resource {
				for _, a := range actions {
					policy = append(policy, Grant{Action: a, Resource: r, When: when})
				}
			}
		}
	}
	return policy
}

func judgedActions(s template.Statement, report func(path, problem string)) []string {
	if len(s.Action) == 0 {
		report(s.Path+".Action", "is missing")
	}
	var actions []string
	for i, a := range s.Action {
		path := fmt.Sprintf("%s.Action.%d", s.Path, i)
		service, _, _ := strings.Cut(a, ":")
		switch {
		case wild(a):
			report(path, fmt.Sprintf("%q is not one action; the local cloud evaluates no wildcards", a))
		case slices.Contains(judged, service):
			actions = append(actions, a)
		case !slices.Contains(passed, service):
			report(path, fmt.Sprintf("%q is of a service that the local cloud does not serve", a))
		}
	}
	return actions
}

func wild(text string) bool { return strings.ContainsAny(text, "*?") }

// choices are the combinations of the values that the statement's conditions allow; without a condition there is one,
// which asks for nothing.
func choices(s template.Statement, report func(path, problem string)) []map[string]string {
	combined := []map[string]string{nil}
	for _, operator := range slices.Sorted(maps.Keys(s.Condition)) {
		path := s.Path + ".Condition." + operator
		if operator != "StringEquals" {
			report(path, "is not evaluated by the local cloud, only StringEquals is")
			continue
		}
		for _, key := range slices.Sorted(maps.Keys(s.Condition[operator])) {
			if !strings.HasPrefix(key, encryptionContext) {
				report(path+"."+key, "is not evaluated by the local cloud, only "+encryptionContext+"… is")
			}
			var next []map[string]string
			for _, before := range combined {
				for _, value := range s.Condition[operator][key] {
					choice := map[string]string{key: value}
					maps.Copy(choice, before)
					next = append(next, choice)
				}
			}
			combined = next
		}
	}
	return combined
}
