package iam

import (
	"slices"
	"strings"

	"guanxi/infra/local/template"
)

// Account is what a function was granted, used and refused since the start. What an event source mapping needs counts as
// used. Resources go by their names in the template ("Orders", "Orders/index/late"), so that the accounts of two stacks
// can be added up.
type Account struct {
	Name    string  `json:"name"` // the function's logical id
	Granted []Usage `json:"granted"`
	Unused  []Grant `json:"unused"`
	Refused []Usage `json:"refused"`
}

// Usage is how often a grant was used, or a call that had none was refused.
type Usage struct {
	Grant
	Times int `json:"times"`
}

// Accounts returns one for each function, in the template's order.
func (l *Ledger) Accounts() []Account {
	all := make([]Account, 0, len(l.callers))
	for _, c := range l.callers {
		all = append(all, c.account(l.names))
	}
	return all
}

func (c *caller) account(names []name) Account {
	c.mu.Lock()
	defer c.mu.Unlock()
	a := Account{Name: c.function, Granted: []Usage{}, Unused: []Grant{}, Refused: []Usage{}}
	for i, g := range c.policy {
		g.Resource = short(names, g.Resource)
		a.Granted = append(a.Granted, Usage{g, c.used[i]})
		if c.used[i] == 0 {
			a.Unused = append(a.Unused, g)
		}
	}
	for r, times := range c.refused {
		a.Refused = append(a.Refused, Usage{Grant{Action: r.action, Resource: short(names, r.resource)}, times})
	}
	slices.SortFunc(a.Refused, func(x, y Usage) int { return y.Times - x.Times })
	return a
}

// name is what the template calls a resource.
type name struct{ arn, logicalID string }

func names(t *template.Template) []name {
	var all []name
	for _, r := range t.Tables {
		all = append(all, name{r.ARN, r.LogicalID})
	}
	for _, r := range t.Queues {
		all = append(all, name{r.ARN, r.LogicalID})
	}
	for _, r := range t.Keys {
		all = append(all, name{r.ARN, r.LogicalID})
	}
	return all
}

// short puts the template's name in place of the ARN, or of its part before an index or stream.
func short(names []name, arn string) string {
	for _, n := range names {
		if below, ok := strings.CutPrefix(arn, n.arn); ok && (below == "" || below[0] == '/') {
			return n.logicalID + below
		}
	}
	return arn
}
