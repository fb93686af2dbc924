package check

import (
	"encoding/json"
	"go/ast"
	"go/parser"
	"go/token"
	"slices"
	"strings"
	"testing"
	"time"

	"guanxi/infra/local/source"
	"guanxi/internal/crm"
	"guanxi/internal/store"
)

// The stream's filter is the one place outside keys.go that spells key prefixes. It lets
// through exactly what the router can read: every kind of key that keys.go makes is sent
// through both.
func TestFilterPassesWhatTheRouterReads(t *testing.T) {
	c := translatedCloud(t)
	var patterns []string
	for _, id := range c.of(t, "AWS::Lambda::EventSourceMapping") {
		for _, filter := range list(c[id].at("FilterCriteria", "Filters")) {
			patterns = append(patterns, at(filter, "Pattern").(string))
		}
	}
	if len(patterns) == 0 {
		t.Fatal("the template filters nothing")
	}
	filter, err := source.ParseFilter(patterns)
	if err != nil {
		t.Fatal(err)
	}
	var routed []string
	for maker, k := range madeKeys(t) {
		_, kind, unreadable := store.FactKind(k.pk, k.sk)
		if passes := filter.Passes(streamRecord(t, k)); passes != (unreadable == nil) {
			t.Errorf("%s makes (%s, %s): the filter lets it through: %v, the router reads it: %v", maker, k.pk, k.sk, passes, unreadable == nil)
		}
		if unreadable == nil {
			routed = append(routed, kind)
		}
	}
	slices.Sort(routed)
	if want := []string{"answer", "decision", "interaction", "order", "profile", "refund"}; !slices.Equal(routed, want) {
		t.Errorf("kinds that reach the router: %v, want %v", routed, want)
	}
}

type madeKey struct{ pk, sk string }

func streamRecord(t *testing.T, k madeKey) (record any) {
	t.Helper()
	text, err := json.Marshal(map[string]any{"eventName": "INSERT", "dynamodb": map[string]any{
		"Keys": map[string]any{"PK": map[string]string{"S": k.pk}, "SK": map[string]string{"S": k.sk}},
	}})
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(text, &record); err != nil {
		t.Fatal(err)
	}
	return record
}

// madeKeys evaluates each function of keys.go that returns a key, with a customer's id wherever
// a value is not spelt out.
func madeKeys(t *testing.T) map[string]madeKey {
	t.Helper()
	file, err := parser.ParseFile(token.NewFileSet(), root+"/internal/store/keys.go", nil, 0)
	if err != nil {
		t.Fatal(err)
	}
	e := keyEvaluator{
		constants: map[string]ast.Expr{},
		functions: map[string]ast.Expr{},
		filler:    string(crm.NewCustomerID(time.Date(2026, 3, 1, 0, 0, 0, 0, time.UTC))),
	}
	made := map[string]madeKey{}
	for _, declaration := range file.Decls {
		switch declaration := declaration.(type) {
		case *ast.GenDecl:
			for _, spec := range declaration.Specs {
				if value, ok := spec.(*ast.ValueSpec); ok && declaration.Tok == token.CONST && len(value.Values) == 1 {
					e.constants[value.Names[0].Name] = value.Values[0]
				}
			}
		case *ast.FuncDecl:
			if result := returned(declaration); result != nil && declaration.Recv == nil {
				e.functions[declaration.Name.Name] = result
			}
		}
	}
	for name, result := range e.functions {
		if pair, ok := result.(*ast.CompositeLit); ok && len(pair.Elts) == 2 {
			made[name] = madeKey{e.text(pair.Elts[0]), e.text(pair.Elts[1])}
		}
	}
	if len(made) < 8 {
		t.Fatalf("keys.go makes only %v", keysOf(made))
	}
	return made
}

// returned is the one expression of a function that is a single return statement.
func returned(f *ast.FuncDecl) ast.Expr {
	if f.Body == nil || len(f.Body.List) != 1 {
		return nil
	}
	if statement, ok := f.Body.List[0].(*ast.ReturnStmt); ok && len(statement.Results) == 1 {
		return statement.Results[0]
	}
	return nil
}

// keyEvaluator knows what keys are made of: literals, constants, +, join and functions of the file.
type keyEvaluator struct {
	constants, functions map[string]ast.Expr
	filler               string
}

func (e keyEvaluator) text(expression ast.Expr) string {
	switch x := expression.(type) {
	case *ast.BasicLit:
		if text, ok := literal(x); ok {
			return text
		}
	case *ast.Ident:
		if value, ok := e.constants[x.Name]; ok {
			return e.text(value)
		}
	case *ast.BinaryExpr:
		return e.text(x.X) + e.text(x.Y)
	case *ast.CallExpr:
		called, ok := x.Fun.(*ast.Ident)
		if !ok {
			break
		}
		if called.Name == "join" {
			parts := make([]string, len(x.Args))
			for i, part := range x.Args {
				parts[i] = e.text(part)
			}
			return strings.Join(parts, "#")
		}
		if result, ok := e.functions[called.Name]; ok && called.Name != "timeKey" {
			return e.text(result)
		}
	}
	return e.filler
}
