package iam

import (
	"strings"
	"testing"

	"guanxi/infra/local/template"
)

const (
	table = "arn:aws:dynamodb:us-east-1:000000000000:table/shop-Orders"
	seal  = "arn:aws:kms:us-east-1:000000000000:key/1111"
)

func statement(s template.Statement) []template.Statement {
	s.Path = "S"
	if s.Effect == "" {
		s.Effect = "Allow"
	}
	return []template.Statement{s}
}

func TestAllows(t *testing.T) {
	policy := compile(append(
		statement(template.Statement{Action: template.Texts{"dynamodb:GetItem", "dynamodb:query"}, Resource: template.Texts{table, table + "/index/late"}}),
		statement(template.Statement{
			Action: template.Texts{"kms:Decrypt"}, Resource: template.Texts{seal},
			Condition: map[string]map[string]template.Texts{"StringEquals": {
				"kms:EncryptionContext:class": {"contact", "amount"}, "kms:EncryptionContext:stage": {"dev"},
			}},
		})...,
	), func(path, problem string) { t.Errorf("%s: %s", path, problem) })
	if len(policy) != 6 { // two actions on two resources, and two choices of two conditions' values
		t.Errorf("%d grants: %v", len(policy), policy)
	}
	for name, c := range map[string]struct {
		action, resource string
		context          map[string]string
		want             bool
	}{
		"granted":                  {"dynamodb:GetItem", table, nil, true},
		"the second of each":       {"dynamodb:Query", table + "/index/late", nil, true}, // actions have no case
		"another action":           {"dynamodb:PutItem", table, nil, false},
		"a longer action":          {"dynamodb:GetItems", table, nil, false},
		"another table":            {"dynamodb:GetItem", table + "2", nil, false},
		"an index of its own":      {"dynamodb:Query", table + "/index/other", nil, false},
		"names have case":          {"dynamodb:GetItem", strings.ToUpper(table), nil, false},
		"under the condition":      {"kms:Decrypt", seal, map[string]string{"kms:EncryptionContext:class": "amount", "kms:EncryptionContext:stage": "dev", "kms:EncryptionContext:else": "x"}, true},
		"another value":            {"kms:Decrypt", seal, map[string]string{"kms:EncryptionContext:class": "index", "kms:EncryptionContext:stage": "dev"}, false},
		"one condition of two":     {"kms:Decrypt", seal, map[string]string{"kms:EncryptionContext:class": "amount"}, false},
		"no context":               {"kms:Decrypt", seal, nil, false},
		"what no statement speaks": {"sqs:SendMessage", "*", nil, false},
	} {
		if got := policy.Allows(Need{Action: c.action, Resource: c.resource, Context: c.context}); got != c.want {
			t.Errorf("%s: %t, want %t", name, got, c.want)
		}
	}
}

// What can't be evaluated is named by its place; what has no effect here is passed over.
func TestWhatIsNotEvaluated(t *testing.T) {
	get, on := template.Texts{"dynamodb:GetItem"}, template.Texts{table}
	when := func(operator, key string) map[string]map[string]template.Texts {
		return map[string]map[string]template.Texts{operator: {key: {"x"}}}
	}
	for want, s := range map[string]template.Statement{
		`S.Effect: "Deny"`:                          {Effect: "Deny", Action: get, Resource: on},
		`S.Action: is missing`:                      {Resource: on},
		`S.Resource: is missing`:                    {Action: get},
		`S.Action.1: "dynamodb:*" is not one`:       {Action: template.Texts{"dynamodb:GetItem", "dynamodb:*"}, Resource: on},
		`S.Action.0: "s3:GetObject" is of a`:        {Action: template.Texts{"s3:GetObject"}, Resource: on},
		`S.Resource.0: "*" is not one`:              {Action: get, Resource: template.Texts{"*"}},
		`S.Resource.0: "` + table + `/index/*" is`:  {Action: get, Resource: template.Texts{table + "/index/*"}},
		`S.Resource.0: "shop-Orders" is not`:        {Action: get, Resource: template.Texts{"shop-Orders"}},
		`S.Condition.StringLike: is not`:            {Action: get, Resource: on, Condition: when("StringLike", "kms:EncryptionContext:class")},
		`S.Condition.StringEquals.aws:username: is`: {Action: get, Resource: on, Condition: when("StringEquals", "aws:username")},
	} {
		var got []string
		compile(statement(s), func(path, problem string) { got = append(got, path+": "+problem) })
		if len(got) != 1 || !strings.HasPrefix(got[0], want) {
			t.Errorf("got %q, want %s…", got, want)
		}
	}
	logs := statement(template.Statement{Action: template.Texts{"logs:PutLogEvents", "xray:PutTraceSegments"}, Resource: template.Texts{"*"}})
	if p := compile(logs, func(path, problem string) { t.Errorf("%s: %s", path, problem) }); p != nil {
		t.Errorf("logs and traces are grants here: %v", p)
	}
}
