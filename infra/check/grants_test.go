package check

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"

	"guanxi/internal/seal"
)

// tracing is the one grant on "*", because X-Ray knows no resources; Tracing=Active makes it.
const tracing = "TraceGrant"

// No role may do anything to everything: SAM would add such managed policies by itself, and
// neither cfn-lint nor sam validate sees a wildcard.
func TestNoGrantHasAWildcard(t *testing.T) {
	c := translatedCloud(t)
	for _, breach := range wildcards(c) {
		t.Error(breach)
	}
	// A key policy's "*" is the key that carries it; it may name the account, nobody else.
	for _, id := range c.of(t, "AWS::KMS::Key") {
		for _, s := range list(c[id].at("KeyPolicy", "Statement")) {
			if principal := fmt.Sprint(at(s, "Principal", "AWS", "Fn::Sub")); !strings.HasSuffix(principal, "::${AWS::AccountId}:root") {
				t.Errorf("%s: its policy trusts %s", id, principal)
			}
		}
	}
}

func TestTheJudgeOfWildcards(t *testing.T) {
	role := func(statement, extra string) cloud {
		var c cloud
		text := `{"Role": {"Type": "AWS::IAM::Role", "Properties": {` + extra + `"Policies": [{"PolicyDocument": {"Statement": [` + statement + `]}}]}}}`
		if err := json.Unmarshal([]byte(text), &c); err != nil {
			t.Fatal(err)
		}
		return c
	}
	const good = `{"Effect": "Allow", "Action": ["sqs:SendMessage"], "Resource": {"Fn::GetAtt": ["Queue", "Arn"]}}`
	if got := wildcards(role(good, "")); got != nil {
		t.Errorf("an exact grant: %q", got)
	}
	for name, bad := range map[string]cloud{
		"any resource":       role(`{"Effect": "Allow", "Action": "sqs:SendMessage", "Resource": "*"}`, ""),
		"part of a resource": role(`{"Effect": "Allow", "Action": "sqs:SendMessage", "Resource": {"Fn::Sub": "${Queue.Arn}*"}}`, ""),
		"among resources":    role(`{"Effect": "Allow", "Action": "sqs:SendMessage", "Resource": [{"Ref": "A"}, "arn:aws:sqs:*:*:*"]}`, ""),
		"any action":         role(`{"Effect": "Allow", "Action": "sqs:*", "Resource": {"Fn::GetAtt": ["Queue", "Arn"]}}`, ""),
		"all but one":        role(`{"Effect": "Allow", "NotAction": "sqs:SendMessage", "Resource": {"Fn::GetAtt": ["Queue", "Arn"]}}`, ""),
		"no resource":        role(`{"Effect": "Allow", "Action": "sqs:SendMessage"}`, ""),
		"managed policy":     role(good, `"ManagedPolicyArns": ["arn:aws:iam::aws:policy/service-role/AWSLambdaSQSQueueExecutionRole"], `),
	} {
		if got := wildcards(bad); len(got) != 1 {
			t.Errorf("%s: got %q, want one breach", name, got)
		}
	}
}

// wildcards returns a sentence for each grant that is not on named actions of a named resource.
func wildcards(c cloud) (breaches []string) {
	for _, id := range keysOf(c) {
		r := c[id]
		var documents []any
		switch r.Type {
		case "AWS::IAM::Role":
			for _, arn := range list(r.at("ManagedPolicyArns")) {
				breaches = append(breaches, fmt.Sprintf("%s carries the managed policy %v", id, arn))
			}
			for _, policy := range list(r.at("Policies")) {
				documents = append(documents, at(policy, "PolicyDocument"))
			}
		case "AWS::IAM::Policy", "AWS::IAM::ManagedPolicy":
			documents = append(documents, r.at("PolicyDocument"))
		}
		for _, document := range documents {
			for _, statement := range list(at(document, "Statement")) {
				if text := wildcard(statement); text != "" && !tracingGrant(id, r, statement) {
					breaches = append(breaches, fmt.Sprintf("%s grants %s: %v", id, text, statement))
				}
			}
		}
	}
	return breaches
}

func wildcard(statement any) string {
	if at(statement, "NotAction") != nil || at(statement, "NotResource") != nil {
		return "all but something"
	}
	if at(statement, "Resource") == nil || at(statement, "Action") == nil {
		return "without saying what"
	}
	for _, r := range append(list(at(statement, "Resource")), list(at(statement, "Action"))...) {
		if text, err := json.Marshal(r); err != nil || strings.Contains(string(text), "*") {
			return "a wildcard"
		}
	}
	return ""
}

func tracingGrant(id string, r resource, statement any) bool {
	return id == tracing && r.Condition == "Traced" &&
		slices.Equal(texts(at(statement, "Action")), []string{"xray:PutTraceSegments", "xray:PutTelemetryRecords"})
}

// Each function has a role of its own, which only Lambda may take on.
func TestEachFunctionHasItsOwnRole(t *testing.T) {
	c := translatedCloud(t)
	takenBy := map[string]string{}
	for _, id := range c.functions(t) {
		role := one(t, id+": its role", c[id].at("Role"))
		if other, taken := takenBy[role]; taken {
			t.Errorf("%s and %s share %s", id, other, role)
		}
		takenBy[role] = id
		for _, statement := range list(c[role].at("AssumeRolePolicyDocument", "Statement")) {
			if got := at(statement, "Principal", "Service"); got != "lambda.amazonaws.com" {
				t.Errorf("%s may be taken on by %v", role, got)
			}
		}
	}
	for _, role := range c.of(t, "AWS::IAM::Role") {
		if takenBy[role] == "" {
			t.Errorf("%s belongs to no function", role)
		}
	}
	traced := map[string]bool{}
	for _, role := range list(c[tracing].at("Roles")) {
		traced[one(t, tracing, role)] = true
	}
	same(t, tracing, keysOf(traced), keysOf(takenBy))
}

// What a role grants is what the function is told (environment), fed by (mappings) and logs
// to: the three are one list.
func TestGrantsAreWhatTheFunctionIsGiven(t *testing.T) {
	c := translatedCloud(t)
	given := map[string]map[string]bool{}
	for _, id := range c.functions(t) {
		given[id] = map[string]bool{one(t, id+": its log group", c[id].at("LoggingConfig", "LogGroup")): true}
		variables, _ := c[id].at("Environment", "Variables").(map[string]any)
		for _, value := range variables {
			for _, name := range names(value) {
				if _, isResource := c[name]; isResource {
					given[id][name] = true
				}
			}
		}
	}
	for _, id := range c.of(t, "AWS::Lambda::EventSourceMapping") {
		function := one(t, id, c[id].at("FunctionName"))
		given[function][one(t, id, c[id].at("EventSourceArn"))] = true
		if destination := c[id].at("DestinationConfig", "OnFailure", "Destination"); destination != nil {
			given[function][one(t, id, destination)] = true
		}
	}
	for function, resources := range given {
		granted := map[string]bool{}
		for _, g := range c.grants(t, function) {
			granted[g.resource] = true
		}
		same(t, "grants of "+function+" beside what it is given", keysOf(granted), keysOf(resources))
	}
}

// Nobody may change or remove what Audit holds; only settings may wrap new keys, of every class, and a key is unwrapped
// by those whose fields it seals. Which those are shows on the local cloud: it refuses a class that isn't granted, and
// lists one that nobody unwrapped.
func TestGrantsThatMustStayNarrow(t *testing.T) {
	c := translatedCloud(t)
	var classes []string
	for _, class := range seal.Classes() {
		classes = append(classes, string(class))
	}
	for _, function := range c.functions(t) {
		for _, g := range c.grants(t, function) {
			if g.resource == "Audit" && g.action != "dynamodb:PutItem" {
				t.Errorf("%s: %s on Audit, which is append-only", function, g.action)
			}
			if g.action == "kms:Encrypt" && function != "SettingsApi" {
				t.Errorf("%s: kms:Encrypt, which is for settings", function)
			}
			if strings.HasPrefix(g.action, "kms:") {
				unwrapped := texts(at(g.statement, "Condition", "StringEquals", "kms:EncryptionContext:guanxi:class"))
				known := slices.DeleteFunc(slices.Clone(classes), func(class string) bool { return g.action == "kms:Decrypt" && !slices.Contains(unwrapped, class) })
				same(t, function+": "+g.action+" of the classes of sealed fields", unwrapped, known)
				if len(unwrapped) == 0 {
					t.Errorf("%s: %s of every class, for want of a condition", function, g.action)
				}
			}
			if g.action == "dynamodb:Scan" && !slices.Contains([]string{"ReviewSegment", "CountFigures", "FitModel", "CutQuintiles", "WhatIf", "SegmentsApi"}, function) {
				t.Errorf("%s: a scan, which only the nightly review and count, the weekly fit, the monthly cuts, a what-if and the sample of a preview may afford", function)
			}
		}
	}
}

type grant struct {
	action, resource string // resource is the logical id; an index counts as its table
	statement        any
}

func (c cloud) grants(t *testing.T, function string) (all []grant) {
	t.Helper()
	role := one(t, function+": its role", c[function].at("Role"))
	for _, policy := range list(c[role].at("Policies")) {
		for _, statement := range list(at(policy, "PolicyDocument", "Statement")) {
			for _, r := range list(at(statement, "Resource")) {
				for _, action := range texts(at(statement, "Action")) {
					all = append(all, grant{action: action, resource: one(t, role, r), statement: statement})
				}
			}
		}
	}
	return all
}
