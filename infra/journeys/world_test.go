package journeys_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"
)

// The world of the scope tests: two stores, near and far. The staff of all roles work in the near one; what they must not
// learn of lies in the far one.
const (
	near = "sh-001" // as in the document's examples
	far  = "bj-001"
)

// world is a system with both, and what was made in it.
type world struct {
	*journey
	t     *testing.T
	made  int
	known map[string]string // ids by kind and place, of what is tried again and again
}

// worldBegins is a time at which the document's examples make sense.
func worldBegins() time.Time { return time.Date(2026, time.November, 22, 10, 0, 0, 0, shanghai()) }

// member is the subject of the member of staff who has a role.
func member(role string) string { return "u-" + role }

func newWorld(t *testing.T) *world {
	shareServers(t)
	used := &grants{times: map[string]int{}, all: 1} // one journey, never told: it need not use every grant
	dir := t.TempDir()
	s, err := start("world", dir, worldBegins())
	if err != nil {
		t.Fatal(err)
	}
	w := &world{journey: &journey{dir: dir, grants: used, system: s, shops: map[string]shop{}, tokens: map[string]string{}}, t: t, known: map[string]string{}}
	t.Cleanup(func() {
		w.end()
		used.check(t)
	})
	for _, id := range []string{near, far} {
		w.must(w.set("/v1/stores/"+id, object{"name": "Store " + id}))
	}
	for _, role := range roles8() {
		w.must(w.set("/v1/staff/"+member(role), object{"name": role, "role": role, "stores": []string{near}, "active": true}))
	}
	for _, colleague := range []string{"u-li", "u-mei", "u-hu"} { // of the document's examples
		w.must(w.set("/v1/staff/"+colleague, object{"name": colleague, "role": "sales", "stores": []string{near}, "active": true}))
	}
	w.must(w.set("/v1/segments/people", object{"name": "People", "condition": "kind == 'person'"})) // whoever is made, is in it
	w.must(w.set("/v1/staff/u-far", object{"name": "Far", "role": "sales", "stores": []string{far}, "active": true}))
	return w
}

func (w *world) must(err error) {
	w.t.Helper()
	if err != nil {
		w.t.Fatal(err)
	}
}

// place is where a thing is made, and whose it is.
type place struct{ store, owner string }

func distant() place { return place{far, "u-far"} }

// marks are what nobody may see who needs no contact data, of one customer.
type marks struct{ phone, email, birthday, address, wechat, card string }

func marksOf(n int) marks {
	return marks{fmt.Sprintf("+86139%08d", 70310000+n), fmt.Sprintf("mark%d@planted.example", n), fmt.Sprintf("19%02d-03-17", 30+n%60),
		fmt.Sprintf("Planted Road %d", n), fmt.Sprintf("planted-%d", n), fmt.Sprintf("PLANTED-%d", n)}
}

func (m marks) all() []string {
	return []string{m.phone, strings.TrimPrefix(m.phone, "+86"), m.email, m.birthday, m.address, m.wechat, m.card}
}

// customer makes one with marks of their own.
func (w *world) newCustomer(at place) string {
	w.made++
	m := marksOf(w.made)
	return w.create("/v1/customers", object{"name": fmt.Sprintf("甲%s%d", at.store, w.made), "home_store": at.store, "owner": at.owner, "phone": m.phone, "email": m.email,
		"birthday": m.birthday, "address": object{"city": "上海", "lines": []string{m.address}}, "contacts": []object{{"kind": "wechat", "value": m.wechat}}, "cards": []string{m.card}})
}

// create posts as admin and gives the new thing's id.
func (w *world) create(path string, body object) string {
	w.t.Helper()
	return w.createAs(admin, path, body)
}

func (w *world) createAs(who, path string, body object) string {
	w.t.Helper()
	text, err := json.Marshal(body)
	w.must(err)
	w.must(w.call(http.MethodPost, path, who, nil, text))
	var told struct{ ID string }
	w.must(json.Unmarshal(w.answer.body, &told))
	if told.ID == "" {
		w.t.Fatalf("no id: %s", w.answer)
	}
	return told.ID
}

func (w *world) today() string {
	now, err := w.now()
	w.must(err)
	return now.Format(time.DateOnly)
}

func (w *world) newOrder(customer string, at place, placed time.Time) string {
	return w.create("/v1/orders", object{"customer": customer, "store": at.store, "channel": "pos", "placed_at": placed,
		"total": object{"minor": 129900, "currency": "CNY"}, "lines": []object{{"product": "SKU-7", "title": "Silk scarf", "quantity": 1, "amount": 129900}}})
}

// newWarning is about somebody who bought twice, long ago.
func (w *world) newWarning(at place) string {
	id := w.newCustomer(at)
	for _, days := range []int{200, 190} {
		w.newOrder(id, at, worldBegins().AddDate(0, 0, -days))
	}
	w.must(settle(w.journey, nil))
	var churn struct{ Warnings []struct{ ID string } }
	w.must(w.read("/v1/customers/"+id+"/churn", &churn))
	if len(churn.Warnings) != 1 {
		w.t.Fatalf("%d warnings about %s", len(churn.Warnings), id)
	}
	return churn.Warnings[0].ID
}

// thing is what a path's parameter names: how one is made (parents are the ids of the things before it in the path), and
// an id of its kind that names none. What is shared lies in no store: whoever may see one sees all.
type thing struct {
	make    func(w *world, parents []string, at place) string
	missing string
	shared  bool
}

const nobodysID = "cus_0190163d8694739b9c5f1e2d3a4b5c6f"

// things are known by the path up to their parameter.
func things() map[string]thing {
	always := func(id string) func(*world, []string, place) string {
		return func(*world, []string, place) string { return id }
	}
	return map[string]thing{
		"/v1/customers/{id}": {make: func(w *world, _ []string, at place) string { return w.newCustomer(at) }, missing: nobodysID},
		"/v1/stores/{id}":    {make: func(_ *world, _ []string, at place) string { return at.store }, missing: "nowhere"},
		"/v1/orders/{id}": {make: func(w *world, _ []string, at place) string {
			return w.newOrder(w.newCustomer(at), at, worldBegins().AddDate(0, 0, -2))
		}, missing: "ord_0190163d8694739b9c5f1e2d3a4b5c6f"},
		"/v1/churn-warnings/{id}": {make: func(w *world, _ []string, at place) string { return w.newWarning(at) }, missing: nobodysID + "~2026-05-20"},
		"/v1/follow-ups/{id}": {make: func(w *world, _ []string, at place) string {
			return w.create("/v1/follow-ups", object{"customer": w.newCustomer(at), "owner": at.owner, "reason": "promise", "due": w.today()})
		}, missing: nobodysID + "~tsk_0190163d8694739b9c5f1e2d3a4b5c6f"},
		"/v1/customers/{id}/interactions/{interaction}": {make: func(w *world, parents []string, at place) string { // its author amends it
			all := "/v1/customers/" + parents[0] + "/interactions"
			id := w.createAs(at.owner, all, object{"channel": "phone", "content": "Asked for the catalogue"})
			w.must(w.call(http.MethodPatch, all+"/"+id, at.owner, http.Header{"If-Match": {"*"}, "Content-Type": {"application/merge-patch+json"}}, []byte(`{"two_way":true}`)))
			return id
		}, missing: "int_0190163d8694739b9c5f1e2d3a4b5c6f"},
		"/v1/surveys/{id}": {make: func(w *world, _ []string, _ place) string {
			return w.create("/v1/surveys", object{"metric": "nps", "name": "After a visit", "question": object{"zh": "您会推荐我们吗？", "en": "Would you recommend us?"}})
		}, shared: true},
		"/v1/surveys/{id}/versions/{version}": {make: always("1"), shared: true},
		"/v1/surveys/{id}/invitations/{invitation}": {make: func(w *world, parents []string, at place) string {
			return w.newInvitation(parents[0], at).ID
		}, missing: "inv_0190163d8694739b9c5f1e2d3a4b5c6f"},
		"/v1/staff/{id}":                            {make: always("u-mei"), shared: true},
		"/v1/policies/{id}":                         {make: always("1"), shared: true},
		"/v1/policy-drafts/{id}":                    {make: always("drf_0190163d8694739b9c5f1e2d3a4b5c6d"), shared: true},
		"/v1/policy-drafts/{id}/what-ifs/{what_if}": {make: always("wif_0190163d8694739b9c5f1e2d3a4b5c6d"), shared: true},
		"/v1/models/{id}":                           {make: always("1"), shared: true},
		"/v1/connections/{id}":                      {make: always("none"), shared: true},
		"/v1/cuts/{id}":                             {make: always("1"), shared: true},
		"/v1/segments/{id}":                         {make: always("people"), shared: true},
	}
}

type invitation struct{ ID, Link string }

func (w *world) newInvitation(survey string, at place) invitation {
	text, err := json.Marshal(object{"customers": []string{w.newCustomer(at)}, "channel": "email", "store": at.store})
	w.must(err)
	w.must(w.call(http.MethodPost, "/v1/surveys/"+survey+"/invitations", admin, nil, text))
	var told struct {
		Items []struct{ Invitation invitation }
	}
	w.must(json.Unmarshal(w.answer.body, &told))
	if len(told.Items) != 1 || told.Items[0].Invitation.ID == "" {
		w.t.Fatalf("no invitation: %s", w.answer)
	}
	return told.Items[0].Invitation
}

// newAnswer is what a new customer says who follows the link of an invitation.
func (w *world) newAnswer(at place) {
	surveys := operation{method: http.MethodGet, path: "/v1/surveys/{id}"}
	_, path, _ := strings.Cut(w.newInvitation(w.ids(surveys, at)[0], at).Link, "/v1/")
	w.must(w.call(http.MethodPost, "/v1/"+path, "nobody", nil, []byte(`{"score":9}`)))
}

// scoped tells whether an operation is not public and its path names something that lies in a store.
func scoped(o operation) bool {
	return o.scopes != nil && slices.ContainsFunc(o.params(), func(prefix string) bool { return !things()[prefix].shared })
}

// ids are ids for the parameters of an operation's path: of new things, but for what is only read, for what is shared, and
// for what is far, which nobody can change.
func (w *world) ids(o operation, at place) (ids []string) {
	for _, prefix := range o.params() {
		kind, ok := things()[prefix]
		if !ok {
			w.t.Fatalf("%s: tell things() in world_test.go how one of %s is made, so that a foreign one can be tried", o.id, prefix)
		}
		name := prefix + at.store + at.owner
		if kind.shared {
			name = prefix
		}
		id, kept := w.known[name], kind.shared || o.method == http.MethodGet || at == distant()
		if !kept || id == "" {
			id = kind.make(w, ids, at)
		}
		if kept {
			w.known[name] = id
		}
		ids = append(ids, id)
	}
	return ids
}

// missing are ids that name nothing, but for what is shared.
func (w *world) missing(o operation) (ids []string) {
	for i, prefix := range o.params() {
		ids = append(ids, things()[prefix].missing)
		if things()[prefix].shared {
			ids[i] = w.ids(o, distant())[i]
		}
	}
	return ids
}

// fill is the path with ids in the places of its parameters.
func (o operation) fill(ids []string) string {
	path, from := "", 0
	for i, prefix := range o.params() {
		path += o.path[from:strings.LastIndexByte(prefix, '{')] + ids[i]
		from = len(prefix)
	}
	return path + o.path[from:]
}
