package journeys_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// What the table of roles promises (R80), tried on the running system, operation by operation as its document lists them.
// An operation that is new is tried as well, or these tests ask for an example of what it is about.
func TestScopes(t *testing.T) {
	w := newWorld(t)
	all := operations(t, w.system)
	for _, try := range []struct {
		name string
		do   func(*testing.T, *world, []operation)
	}{
		{"every role may do what the table says", everyCell},
		{"what is far looks as if it were not", farIsNowhere},
		{"lists show nothing that is far", listsEndAtTheScope},
		{"whose scope is one store sees and counts that store", wholeIsNear},
		{"contact data are masked", contactsAreMasked},
		{"an answer about a duplicate tells of nobody far", duplicates},
		{"a cursor leads its owner only", cursors},
		{"an ETag tells nothing", etags},
		{"nobody finds out by trying whose numbers are known", lookUpsAreFew},
	} {
		t.Run(try.name, func(t *testing.T) {
			w.t = t
			try.do(t, w, all)
		})
	}
}

// ask sends a request as somebody and gives the answer, whatever it is.
func (w *world) ask(o operation, path, who string, body []byte) answer {
	w.t.Helper()
	header := http.Header{}
	if body != nil {
		header.Set("Content-Type", o.media)
	}
	if o.method != http.MethodGet && o.method != http.MethodPost {
		header.Set("If-Match", "*")
	}
	if err := w.call(o.method, path, who, header, body); err != nil && !isRefusal(err) {
		w.t.Fatal(err)
	}
	return w.answer
}

func isRefusal(err error) bool {
	_, ok := errors.AsType[refusal](err)
	return ok
}

// Every cell of the table: who may is let through to the operation, who may not is told so, whatever they send; so are
// those who are not on the staff, and those who are nobody.
func everyCell(t *testing.T, w *world, all []operation) {
	allowed, refused := 0, 0
	for _, o := range all {
		if o.scopes == nil {
			continue
		}
		path := o.fill(slices.Repeat([]string{"x"}, len(o.params())))
		var body []byte
		if o.example != "" {
			body = []byte("{}")
		}
		for _, role := range roles8() {
			a := w.ask(o, path, member(role), body)
			var problem struct{ Instance string }
			_ = json.Unmarshal(a.body, &problem) // a success is none
			switch {
			case !o.may(role):
				refused++
				if a.status != http.StatusForbidden {
					t.Errorf("%s may not %s, but is answered %s", role, o.id, a)
				}
			case a.status == http.StatusForbidden || a.status == http.StatusUnauthorized:
				t.Errorf("%s may %s, but is answered %s", role, o.id, a)
			case a.status >= 300 && problem.Instance != o.path:
				t.Errorf("%s: the answer is not the operation's: %s", o.id, a)
			default:
				allowed++
			}
		}
		for who, want := range map[string]int{"stranger": http.StatusForbidden, "nobody": http.StatusUnauthorized} {
			if a := w.ask(o, path, who, body); a.status != want {
				t.Errorf("%s as %s: %s", o.id, who, a)
			}
		}
	}
	t.Logf("%d cells of role × operation: %d let through, %d refused", allowed+refused, allowed, refused)
}

// variation is one way in which a request of somebody's names something: near, far, or nothing that there is.
type variation struct {
	name             string
	near, far, never func(role string) (path string, body []byte)
}

// example is the id of a customer in the document's examples.
var example = regexp.MustCompile(`cus_0190163d8694739b9c5f1e2d3a4b5c6d`)

// variations are the ways in which an operation's request can name something: in its path, its body or its query.
func (w *world) variations(o operation) (ways []variation) {
	here := func(role string) string { return o.fill(w.ids(o, place{near, member(role)})) }
	if scoped(o) {
		ways = append(ways, variation{"in the path",
			func(role string) (string, []byte) { return here(role), o.body("") },
			func(string) (string, []byte) { return o.fill(w.ids(o, distant())), o.body("") },
			func(string) (string, []byte) { return o.fill(w.missing(o)), o.body("") }})
	}
	if last := len(o.params()) - 1; last > 0 && scoped(o) && !things()[o.params()[0]].shared {
		inner := func(ids func(o operation) []string) func(string) (string, []byte) {
			return func(role string) (string, []byte) {
				mixed := w.ids(o, place{near, member(role)})
				mixed[last] = ids(o)[last]
				return o.fill(mixed), o.body("")
			}
		}
		ways = append(ways, variation{"at the end of the path", ways[0].near, inner(func(o operation) []string { return w.ids(o, distant()) }), inner(w.missing)})
	}
	if example.MatchString(o.example) {
		naming := func(id func(role string) string) func(string) (string, []byte) {
			return func(role string) (string, []byte) { return here(role), o.body(id(role)) }
		}
		ways = append(ways, variation{"in the body",
			naming(func(role string) string { return w.newCustomer(place{near, member(role)}) }),
			naming(func(string) string { return w.newCustomer(distant()) }),
			naming(func(string) string { return nobodysID })})
	}
	asking := func(query string, value func(role string) string) func(string) (string, []byte) {
		return func(role string) (string, []byte) { return here(role) + "?" + query + "=" + value(role), nil }
	}
	always := func(value string) func(string) string { return func(string) string { return value } }
	if slices.Contains(o.queries, "store") {
		ways = append(ways, variation{"in the query, a store", asking("store", always(near)), asking("store", always(far)), asking("store", always("nowhere"))})
	}
	if slices.Contains(o.queries, "owner") {
		ways = append(ways, variation{"in the query, an owner", asking("owner", member), asking("owner", always("u-far")), asking("owner", always("u-nobody"))})
	}
	return ways
}

// body is the document's example, about another customer.
func (o operation) body(customer string) []byte {
	if o.example == "" {
		return nil
	}
	if customer == "" {
		return []byte(o.example)
	}
	return example.ReplaceAll([]byte(o.example), []byte(customer))
}

// For who sees a part only, what lies outside is answered exactly as what is not there: by reading and by writing, named
// in the path, the query or the body. Nothing is changed by trying.
func farIsNowhere(t *testing.T, w *world, all []operation) {
	tried := 0
	w.newWarning(place{near, "u-mei"}) // so that lists of what is near have something in them
	for _, role := range []string{"manager", "sales", "service", "store"} {
		at := place{near, member(role)}
		w.create("/v1/follow-ups", object{"customer": w.newCustomer(at), "owner": member(role), "reason": "promise", "due": w.today()})
		w.newOrder(w.newCustomer(at), at, worldBegins().AddDate(0, 0, -10)) // and nothing since: may come back
	}
	w.newAnswer(place{near, "u-mei"})
	w.must(advance(w.journey, args{"duration": "P1D"})) // figures are counted by night
	before := w.farAsAdmin(all)
	for _, o := range all {
		roles := o.bounded()
		if len(roles) == 0 {
			continue
		}
		ways := w.variations(o)
		if len(ways) == 0 && !slices.Contains(testedElsewhere(), o.id) && o.method != http.MethodGet {
			t.Errorf("%s: how does its request name what it is about?", o.id)
		}
		for _, way := range ways {
			for _, role := range roles {
				var answers [3]string
				for i, request := range []func(string) (string, []byte){way.near, way.far, way.never} {
					path, body := request(role)
					answers[i] = w.ask(o, path, member(role), body).looks()
				}
				tried++
				if answers[1] != answers[2] {
					t.Errorf("%s as %s, %s: what is far is answered\n%s\nwhat is not there\n%s", o.id, role, way.name, answers[1], answers[2])
				}
				if answers[0] == answers[2] {
					t.Errorf("%s as %s, %s: what is near is answered like what is not there, so this shows nothing:\n%s", o.id, role, way.name, answers[0])
				}
			}
		}
	}
	for path, after := range w.farAsAdmin(all) {
		if was, ok := before[path]; ok && was != after {
			t.Errorf("%s was\n%s\nand is\n%s", path, was, after)
		}
	}
	t.Logf("%d times something far was asked for, in vain", tried)
}

// testedElsewhere are operations that name nothing that lies in a scope, and have a test of their own in this file, or,
// the preview, in segments.txtar.
func testedElsewhere() []string { return []string{"create-customer", "preview-segment"} }

// trace names a request in our logs; of a batch, each item that was refused tells it.
var trace = regexp.MustCompile(`,?"trace":"[^"]*"`)

var ids = regexp.MustCompile(`[a-z]{3}_[0-9a-f]{32}`)

// looks is all that an answer tells, but for what names the request itself.
func (a answer) looks() string {
	body := trace.ReplaceAllString(string(a.body), "")
	body = ids.ReplaceAllString(body, "<id>")
	for _, name := range []string{near, far, "nowhere"} {
		body = strings.ReplaceAll(body, `"`+name+`"`, "<store>")
	}
	header := a.header.Clone()
	for _, own := range []string{"Date", "Content-Length", "Apigw-Requestid", "X-Amzn-Trace-Id"} {
		header.Del(own)
	}
	return fmt.Sprintf("%d %v %s", a.status, header, body)
}

// farAsAdmin is all that there is to read about the far things that are tried, by path, once what follows from making
// them is done. (Lists of the far store grow while they are made.)
func (w *world) farAsAdmin(all []operation) map[string]string {
	paths := map[string]operation{}
	for _, o := range all {
		if o.method == http.MethodGet && scoped(o) && o.params()[0] != "/v1/stores/{id}" {
			paths[o.fill(w.ids(o, distant()))] = o
		}
	}
	w.must(settle(w.journey, nil))
	told := map[string]string{}
	for path, o := range paths {
		told[path] = w.ask(o, path, member("admin"), nil).looks()
	}
	return told
}
