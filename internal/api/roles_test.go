package api

import (
	"context"
	"encoding/json"
	"net/http"
	"slices"
	"testing"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"guanxi/internal/crm"
)

func TestWhoMayCall(t *testing.T) {
	for subject, want := range map[crm.Subject]int{
		"": 401, "stranger": 403, "mallory": 403, "customer": 403, "read-only": 200, "sales": 200, "admin": 200, "root": 200,
	} {
		out := newRig().call(subject, "GET", "/v1/things", "")
		if out.Code != want {
			t.Errorf("%q: %d %s", subject, out.Code, out.Body)
		}
		if want != 200 {
			wantProblem(t, string(subject), out, want)
		}
	}
	if out := newRig().call("read-only", "POST", "/v1/things", `{"name":"x"}`); out.Code != 403 {
		t.Errorf("read-only wrote: %d", out.Code)
	}
	if got := newRig().call("", "GET", "/v1/things", "").Header().Get("WWW-Authenticate"); got != "Bearer" {
		t.Errorf("WWW-Authenticate: %q", got)
	}
}

// Who may not call learns nothing about the request.
func TestTheCallerIsCheckedFirst(t *testing.T) {
	wantProblem(t, "no subject", newRig().call("", "POST", "/v1/things?x=1", `{"nope"`), 401)
	wantProblem(t, "no right", newRig().call("customer", "POST", "/v1/things?x=1", `{"nope"`), 403)
}

func TestAStaffItemIsTrustedForAMinuteOfTheEventsTime(t *testing.T) {
	r := newRig()
	for _, c := range []struct {
		after time.Duration
		reads int
	}{{0, 1}, {59 * time.Second, 1}, {61 * time.Second, 2}, {30 * time.Second, 2}, {-time.Hour, 3}} {
		if out := r.callAt(noon.Add(c.after), "sales", "GET", "/v1/things", ""); out.Code != 200 || r.staff.reads != c.reads {
			t.Errorf("after %s: %d, %d reads", c.after, out.Code, r.staff.reads)
		}
	}
	r = newRig()
	r.staff.down = true
	wantProblem(t, "the staff can't be read", r.call("sales", "GET", "/v1/things", ""), 503)
	r.staff.down = false
	if out := r.call("sales", "GET", "/v1/things", ""); out.Code != 200 {
		t.Errorf("a failure was remembered: %d", out.Code)
	}
}

func TestScopes(t *testing.T) {
	in := []crm.StoreID{"sh-001", "bj-002"}
	for _, c := range []struct {
		caller Caller
		stores []crm.StoreID
		owner  crm.Subject
		want   bool
	}{
		{Caller{Scope: All}, nil, "", true},
		{Caller{Scope: Stores, Subject: "a", Stores: in}, []crm.StoreID{"gz-003", "bj-002"}, "b", true},
		{Caller{Scope: Stores, Subject: "a", Stores: in}, []crm.StoreID{"gz-003"}, "b", false},
		{Caller{Scope: Stores, Subject: "a", Stores: in}, nil, "a", true},
		{Caller{Scope: Stores, Subject: "a"}, in, "b", false},
		{Caller{Scope: Own, Subject: "a", Stores: in}, in, "b", false},
		{Caller{Scope: Own, Subject: "a"}, nil, "a", true},
		{Caller{Scope: None, Subject: "a", Stores: in}, in, "a", false},
		{Caller{Subject: "a", Stores: in}, in, "a", false},
	} {
		if got := c.caller.Sees(c.stores, c.owner); got != c.want {
			t.Errorf("%+v sees stores %v owned by %s: %v", c.caller, c.stores, c.owner, got)
		}
	}
}

func TestTheTableIsWhole(t *testing.T) {
	scopes := []Scope{None, Own, Stores, All}
	for id, g := range table() {
		for i, role := range Roles() {
			if g.public {
				continue
			}
			if !slices.Contains(scopes, g.by[i]) {
				t.Errorf("%s: %s has the scope %q", id, role, g.by[i])
			}
		}
		if got := g.to(Admin); !g.public && got != All {
			t.Errorf("%s: admin has the scope %s", id, got)
		}
		if got := g.to("intern"); got != None {
			t.Errorf("%s: an unknown role has the scope %s", id, got)
		}
	}
}

func TestAnOperationWithoutARowStopsTheStart(t *testing.T) {
	for name, register := range map[string]func(*API){
		"registered": func(a *API) {
			Register(a, huma.Operation{OperationID: "open-vault", Method: "GET", Path: "/vault"}, func(context.Context, *struct{}) (*struct{}, error) { return nil, nil })
		},
		"mounted": func(a *API) {
			Mount(a, huma.Operation{OperationID: "open-vault", Method: "GET", Path: "/vault"}, http.NotFoundHandler())
		},
		"mounted, but not public": func(a *API) {
			Mount(a, huma.Operation{OperationID: "put-staff", Method: "GET", Path: "/vault"}, http.NotFoundHandler())
		},
	} {
		func() {
			defer func() {
				if recover() == nil {
					t.Errorf("%s: it was let in", name)
				}
			}()
			register(newRig().API)
		}()
	}
}

// The document says of each operation who may use it and how it fails.
func TestTheDocumentTellsScopesAndErrors(t *testing.T) {
	document, err := newRig().Document()
	if err != nil {
		t.Fatal(err)
	}
	var tree struct {
		Paths map[string]map[string]struct {
			Scope     map[string]string          `json:"x-scope"`
			Security  []map[string][]string      `json:"security"`
			Responses map[string]json.RawMessage `json:"responses"`
		} `json:"paths"`
		Components struct {
			Schemas map[string]json.RawMessage `json:"schemas"`
		} `json:"components"`
	}
	if err := json.Unmarshal(document, &tree); err != nil {
		t.Fatal(err)
	}
	op := tree.Paths["/v1/things/{id}"]["patch"]
	if op.Scope["sales"] != "stores" || op.Scope["customer"] != "" || len(op.Security) != 1 {
		t.Errorf("scope %v, security %v", op.Scope, op.Security)
	}
	for _, status := range []string{"200", "400", "401", "403", "404", "412", "413", "415", "422", "428", "500", "503"} {
		if op.Responses[status] == nil {
			t.Errorf("no %s among %v", status, op.Responses)
		}
	}
	if tree.Components.Schemas["Problem"] == nil || tree.Components.Schemas["ErrorModel"] != nil {
		t.Error("problems are not described as ours")
	}
}
