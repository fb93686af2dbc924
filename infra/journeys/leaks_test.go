package journeys_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// What could tell, without being asked, of what lies outside of a scope or is not for one's eyes: lists, sums, contact
// data, answers about duplicates, cursors, ETags.

// No list shows anything far to who works near. An admin's does: so it is there to be shown.
func listsEndAtTheScope(t *testing.T, w *world, all []operation) {
	marks := map[string]string{}
	for prefix, kind := range things() {
		if !kind.shared && strings.Count(prefix, "{") == 1 {
			marks[prefix] = kind.make(w, nil, distant())
		}
	}
	w.must(settle(w.journey, nil))
	found := 0
	for _, o := range all {
		if o.method != http.MethodGet || len(o.params()) > 0 || len(o.bounded()) == 0 {
			continue
		}
		for _, mark := range marks {
			if strings.Contains(string(w.ask(o, o.path, member("admin"), nil).body), mark) {
				found++
			}
			for _, role := range o.bounded() {
				if a := w.ask(o, o.path, member(role), nil); strings.Contains(string(a.body), mark) {
					t.Errorf("%s shows %s to %s: %s", o.id, mark, role, a)
				}
			}
		}
	}
	if found == 0 {
		t.Error("not even an admin's lists show what is far, so this shows nothing")
	}
}

// Who sees one store is told the same with and without naming it: nothing else is listed, summed up or counted. An
// admin is told something else somewhere.
func wholeIsNear(t *testing.T, w *world, all []operation) {
	more := 0
	without := func(a answer) string {
		return regexp.MustCompile(`"next_cursor":"[^"]*"`).ReplaceAllString(a.looks(), "")
	}
	for _, o := range all {
		if o.method != http.MethodGet || !slices.Contains(o.queries, "store") {
			continue
		}
		path := o.fill(w.ids(o, distant()))
		for _, role := range append(o.bounded(), "admin") {
			whole, one := without(w.ask(o, path, member(role), nil)), without(w.ask(o, path+"?store="+near, member(role), nil))
			switch {
			case role == "admin" && whole != one:
				more++
			case role != "admin" && whole != one:
				t.Errorf("%s as %s: altogether\n%s\nin the one store\n%s", o.id, role, whole, one)
			}
		}
	}
	if more == 0 {
		t.Error("not even an admin is told more of all stores than of one, so this shows nothing")
	}
	t.Logf("%d operations tell an admin more", more)
}

// needNone are the roles that reach nobody, and so see contact data masked.
func needNone() []string { return []string{"marketing", "read-only", "customer"} }

// Whatever is read, who needs no contact data sees none. Others do: so it is there to be seen.
func contactsAreMasked(t *testing.T, w *world, all []operation) {
	customer := w.newCustomer(place{near, member("sales")})
	planted := marksOf(w.made)
	w.newOrder(customer, place{near, ""}, worldBegins())
	w.must(settle(w.journey, nil))
	at := place{near, member("sales")}
	w.known["/v1/customers/{id}"+at.store+at.owner] = customer
	seen := map[string]bool{}
	for _, o := range all {
		if o.method != http.MethodGet || o.scopes == nil {
			continue
		}
		path := o.fill(w.ids(o, at))
		paths := []string{path}
		for query, value := range map[string]string{"phone": planted.phone, "email": planted.email, "card": planted.card} {
			if slices.Contains(o.queries, query) {
				paths = append(paths, path+"?"+query+"="+url.QueryEscape(value))
			}
		}
		for _, path := range paths {
			for _, mark := range planted.all() {
				if strings.Contains(string(w.ask(o, path, member("admin"), nil).body), mark) {
					seen[mark] = true
				}
				for _, role := range needNone() {
					if a := w.ask(o, path, member(role), nil); strings.Contains(string(a.body), mark) {
						t.Errorf("%s shows %s to %s: %s", o.id, mark, role, a)
					}
				}
			}
		}
	}
	for _, mark := range planted.all() {
		if !seen[mark] {
			t.Errorf("not even an admin sees %s, so this shows nothing", mark)
		}
	}
	var shown struct{ Phone string }
	w.must(w.call(http.MethodGet, "/v1/customers/"+customer, member("marketing"), nil, nil))
	w.must(json.Unmarshal(w.answer.body, &shown))
	if want := planted.phone[:6] + "****" + planted.phone[10:]; shown.Phone != want {
		t.Errorf("a masked phone is %s, not %s", shown.Phone, want)
	}
}

// Somebody far has the phone, the e-mail and the card: the answer is the same as where nobody has them.
func duplicates(t *testing.T, w *world, _ []operation) {
	them := w.newCustomer(distant())
	theirs := marksOf(w.made)
	if a := w.ask(operation{method: http.MethodGet}, "/v1/customers?phone="+url.QueryEscape(theirs.phone), member("store"), nil); a.status != http.StatusOK ||
		slices.ContainsFunc(append(theirs.all(), them, far), func(mark string) bool { return strings.Contains(string(a.body), mark) }) {
		t.Errorf("who looks up a phone that they know learns more than a first letter and a level: %s", a)
	}
	w.made++
	nobodys := marksOf(w.made)
	w.newCustomer(place{near, ""})
	ours := marksOf(w.made)
	post := func(m marks) answer {
		body, err := json.Marshal(object{"name": "新", "phone": m.phone, "email": m.email, "cards": []string{m.card}})
		w.must(err)
		a := w.ask(operation{method: http.MethodPost, media: "application/json"}, "/v1/customers", member("store"), body)
		for i, value := range []string{m.phone, m.email, m.card} {
			a.body = []byte(strings.ReplaceAll(string(a.body), value, fmt.Sprint("value ", i)))
		}
		return a
	}
	known, unknown, mine := post(theirs), post(nobodys), post(ours)
	for _, a := range []answer{known, unknown} {
		a.header.Del("Location")
		a.header.Del("ETag")
	}
	times := regexp.MustCompile(`"(created|updated)_at":"[^"]*"`)
	if a, b := times.ReplaceAllString(known.looks(), ""), times.ReplaceAllString(unknown.looks(), ""); a != b {
		t.Errorf("somebody far is known by this, and the answer is\n%s\nnobody is, and it is\n%s", a, b)
	}
	if mine.status != http.StatusConflict || !strings.Contains(string(mine.body), "matches") {
		t.Errorf("somebody near is known by this: %s", mine)
	}
}

// A cursor of somebody else, of another role, list or query is refused like one that is made up.
func cursors(t *testing.T, w *world, all []operation) {
	customer := w.newCustomer(place{near, ""})
	for range 3 {
		w.newOrder(customer, place{near, ""}, worldBegins().AddDate(0, 0, -1))
	}
	list := "/v1/customers/" + customer + "/orders?limit=1"
	next := func(who string) string {
		var page struct {
			Next string `json:"next_cursor"`
		}
		w.must(w.call(http.MethodGet, list, who, nil, nil))
		w.must(json.Unmarshal(w.answer.body, &page))
		if page.Next == "" {
			t.Fatalf("one page: %s", w.answer)
		}
		return url.QueryEscape(page.Next)
	}
	get := operation{method: http.MethodGet}
	stolen := next(member("admin"))
	madeUp := w.ask(get, list+"&cursor=AAAA", member("store"), nil).looks()
	for what, a := range map[string]answer{
		"another role's":     w.ask(get, list+"&cursor="+stolen, member("store"), nil),
		"a colleague's":      w.ask(get, list+"&cursor="+next("u-mei"), "u-li", nil),
		"another customer's": w.ask(get, list+"&cursor="+cursorOf(t, w), member("store"), nil),
	} {
		if got := a.looks(); a.status != http.StatusBadRequest || got != madeUp {
			t.Errorf("%s cursor: %s, one that is made up: %s", what, got, madeUp)
		}
	}
	mine := next(member("store"))
	if a := w.ask(get, list+"&cursor="+mine, member("store"), nil); a.status != http.StatusOK {
		t.Errorf("one's own cursor: %s", a)
	}
	w.must(w.set("/v1/staff/"+member("store"), object{"name": "store", "role": "manager", "stores": []string{near}, "active": true}))
	w.must(advance(w.journey, args{"duration": "PT1M"}))
	if a := w.ask(get, list+"&cursor="+mine, member("store"), nil); a.status != http.StatusBadRequest {
		t.Errorf("the cursor of who has another role now: %s", a)
	}
	w.must(w.set("/v1/staff/"+member("store"), object{"name": "store", "role": "store", "stores": []string{near}, "active": true}))
	w.must(advance(w.journey, args{"duration": "PT1M"}))
	lists := 0
	for _, o := range all { // every list has the same manners
		if o.method == http.MethodGet && slices.Contains(o.queries, "cursor") {
			lists++
			path := o.fill(w.ids(o, place{near, member("manager")}))
			if a := w.ask(o, path+"?cursor="+stolen, member("admin"), nil); a.status != http.StatusBadRequest {
				t.Errorf("%s goes on where another list stopped: %s", o.id, a)
			}
		}
	}
	t.Logf("%d lists with cursors", lists)
}

// cursorOf is a good cursor of the store's member, of another list.
func cursorOf(t *testing.T, w *world) string {
	customer := w.newCustomer(place{near, ""})
	for range 2 {
		w.newOrder(customer, place{near, ""}, worldBegins().AddDate(0, 0, -1))
	}
	var page struct {
		Next string `json:"next_cursor"`
	}
	w.must(w.call(http.MethodGet, "/v1/customers/"+customer+"/orders?limit=1", member("store"), nil, nil))
	w.must(json.Unmarshal(w.answer.body, &page))
	if page.Next == "" {
		t.Fatalf("one page: %s", w.answer)
	}
	return url.QueryEscape(page.Next)
}

// Equal content has different ETags, so one tells nothing about what it stands for; and naming the right one of what is
// far is of no help.
func etags(t *testing.T, w *world, _ []operation) {
	var tags []string
	patch := operation{method: http.MethodPatch, media: "application/merge-patch+json"}
	var last string
	for range 2 {
		last = w.create("/v1/customers", object{"name": "同", "home_store": far})
		w.must(w.call(http.MethodGet, "/v1/customers/"+last, admin, nil, nil))
		tags = append(tags, w.answer.header.Get("ETag"))
	}
	if tags[0] == "" || tags[0] == tags[1] {
		t.Errorf("ETags of equal content: %v", tags)
	}
	var looks []string
	for _, id := range []string{last, nobodysID} {
		header := http.Header{"If-Match": {tags[1]}, "Content-Type": {patch.media}}
		if err := w.call(http.MethodPatch, "/v1/customers/"+id, member("store"), header, []byte(`{"name":"x"}`)); err == nil || !isRefusal(err) {
			t.Errorf("what is far was changed: %s, %v", w.answer, err)
		}
		looks = append(looks, w.answer.looks())
	}
	if looks[0] != looks[1] {
		t.Errorf("with the right ETag, what is far is answered\n%s\nwhat is not there\n%s", looks[0], looks[1])
	}
}

// Thirty look-ups of people out of scope an hour are enough for a till. Beyond, who is known is refused like who is not;
// whom one sees is found as ever.
func lookUpsAreFew(t *testing.T, w *world, _ []operation) {
	get, asks := operation{method: http.MethodGet}, "u-hu"
	look := func(phone string) answer { return w.ask(get, "/v1/customers?phone="+url.QueryEscape(phone), asks, nil) }
	w.newCustomer(distant())
	known := marksOf(w.made).phone
	w.newCustomer(place{near, ""})
	mine := marksOf(w.made).phone
	for i := range 30 {
		if a := look(fmt.Sprintf("+86139999%05d", i)); a.status != http.StatusOK {
			t.Fatalf("look-up %d: %s", i+1, a)
		}
	}
	a, b := look(known), look("+8613999999999")
	if a.status != http.StatusTooManyRequests || a.header.Get("Retry-After") == "" || b.status != a.status {
		t.Errorf("after 30 look-ups, who is known far: %s, who is not: %s", a, b)
	}
	if a := look(mine); a.status != http.StatusOK || !strings.Contains(string(a.body), mine) {
		t.Errorf("after 30 look-ups, a customer of one's own: %s", a)
	}
	w.must(advance(w.journey, args{"duration": "PT1H"}))
	if a := look(known); a.status != http.StatusOK || strings.Contains(string(a.body), known) {
		t.Errorf("an hour later: %s", a)
	}
}
