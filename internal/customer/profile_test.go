package customer_test

import (
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"guanxi/internal/crm"
	"guanxi/internal/customer"
)

var noon = time.Date(2026, 3, 14, 12, 0, 0, 0, time.UTC)

func mei() customer.Profile {
	return customer.Profile{
		ID: "cus_1", Kind: customer.Person, Name: "李梅", Salutation: "女士", Sex: customer.Female, Tags: []string{"silk", "vip"}, Owner: "anna", HomeStore: "sh-001",
		Private: customer.Private{
			Phone: "+8613812345678", Email: "mei@example.com", Birthday: "1988-05-17",
			Contacts:  []customer.Contact{{Kind: "email", Value: "li@example.cn"}, {Kind: "wechat", Value: "mei_88"}},
			Address:   &customer.Address{Country: "CN", City: "Shanghai", Lines: []string{"1888 Huaihai Road"}},
			Platforms: []customer.Platform{{Connection: "shopify-cn", ID: "17"}}, Cards: []string{"VIP-7"},
		},
	}
}

func TestValidateNamesThePlace(t *testing.T) {
	if err := mei().Validate(); err != nil {
		t.Fatal(err)
	}
	for want, spoil := range map[string]func(p *customer.Profile){
		"kind":              func(p *customer.Profile) { p.Kind = "robot" },
		"name":              func(p *customer.Profile) { p.Name = strings.Repeat("梅", 201) },
		"salutation":        func(p *customer.Profile) { p.Salutation = " Ms" },
		"sex":               func(p *customer.Profile) { p.Sex = "f" },
		"occupation":        func(p *customer.Profile) { p.Occupation = "a\nb" },
		"tags":              func(p *customer.Profile) { p.Tags = manyTags(51) },
		"name ":             func(p *customer.Profile) { p.Name = "Mei\x00" },
		" name":             func(p *customer.Profile) { p.Name = "Mei\u202e" },
		"team[0]":           func(p *customer.Profile) { p.Team = []crm.Subject{""} },
		"interests[0]":      func(p *customer.Profile) { p.Interests = []string{strings.Repeat("x", 41)} },
		"preferences":       func(p *customer.Profile) { p.Preferences = manyTags(51) },
		"income_band":       func(p *customer.Profile) { p.IncomeBand = "****" },
		"comment":           func(p *customer.Profile) { p.Comment = "a\x07" },
		"organisation":      func(p *customer.Profile) { p.Industry = "hotels" },
		"organisation.size": func(p *customer.Profile) { p.Kind, p.Size = customer.Organisation, "12" },
		"organisation.contacts[0].name": func(p *customer.Profile) {
			p.Kind, p.Colleagues = customer.Organisation, []customer.Colleague{{Name: "****"}}
		},
		"organisation.contacts[0].phone": func(p *customer.Profile) {
			p.Kind, p.Colleagues = customer.Organisation, []customer.Colleague{{Name: "Wang", Phone: "1"}}
		},
		"contacts[1].value": func(p *customer.Profile) { p.Contacts[1].Value = "****" },
		"consents[0].purpose": func(p *customer.Profile) {
			p.Consents = []customer.Consent{{Channel: "sms", Purpose: "fun", State: customer.Granted, At: noon, Source: "paper"}}
		},
		"consents[1]": func(p *customer.Profile) {
			yes := customer.Consent{Channel: "sms", Purpose: customer.Marketing, State: customer.Granted, At: noon, Source: "paper"}
			p.Consents = []customer.Consent{yes, yes}
		},
		"tags[1]":           func(p *customer.Profile) { p.Tags = []string{"a", "a"} },
		"phone":             func(p *customer.Profile) { p.Phone = "13812345678" },
		"email":             func(p *customer.Profile) { p.Email = "Mei@example.com" },
		"birthday":          func(p *customer.Profile) { p.Birthday = "1988-02-30" },
		"contacts[0].value": func(p *customer.Profile) { p.Contacts = []customer.Contact{{Kind: "phone", Value: "1"}} },
		"contacts[0].kind":  func(p *customer.Profile) { p.Contacts = []customer.Contact{{Kind: "We Chat", Value: "1"}} },
		"address.country":   func(p *customer.Profile) { p.Address = &customer.Address{Country: "China"} },
		"address.lines":     func(p *customer.Profile) { p.Address = &customer.Address{Lines: make([]string, 6)} },
		"platforms[0].id":   func(p *customer.Profile) { p.Platforms = []customer.Platform{{Connection: "c"}} },
		"cards[0]":          func(p *customer.Profile) { p.Cards = []string{""} },
	} {
		p := mei()
		spoil(&p)
		err, ok := errors.AsType[*crm.Error](p.Validate())
		if !ok || err.Kind != crm.Invalid || err.Fields[0].Path != strings.TrimSpace(want) {
			t.Errorf("%s: got %v", want, err)
		}
	}
	if err := (customer.Profile{Kind: customer.Person}).Validate(); err == nil {
		t.Error("a profile that names nobody passes")
	}
	emoji := mei()
	emoji.Name, emoji.Comment = "李梅 👩‍👩‍👧", "asks for silk\nnever for wool"
	if err := emoji.Validate(); err != nil {
		t.Error(err)
	}
	yearless := mei()
	yearless.Birthday = "--02-29"
	if err := yearless.Validate(); err != nil {
		t.Error(err)
	}
}

func manyTags(n int) (tags []string) {
	for i := range n {
		tags = append(tags, strings.Repeat("t", i/26+1)+string(rune('a'+i%26)))
	}
	return tags
}

func TestMasked(t *testing.T) {
	p := mei()
	m := p.Masked()
	want := customer.Private{
		Phone: "+86138****5678", Email: "m***@example.com",
		Contacts: []customer.Contact{{Kind: "email", Value: "l***@example.cn"}, {Kind: "wechat", Value: "****"}},
		Address:  &customer.Address{Country: "CN", City: "Shanghai"},
	}
	if diff := cmp.Diff(want, m.Private); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff(mei(), p); diff != "" {
		t.Errorf("masking changed the profile itself: %s", diff)
	}
	if m.Validate() == nil {
		t.Error("a masked profile sent back passes")
	}
}

// TestMasksHide: a mask never shows more than half of the digits, and no value
// that is masked is valid.
func TestMasksHide(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		number := rapid.StringMatching(`\+[1-9][0-9]{6,14}`).Draw(t, "number")
		masked := customer.MaskPhone(number)
		if masked == number || !strings.Contains(masked, "****") {
			t.Fatalf("%s shows as %s", number, masked)
		}
		email := rapid.StringMatching(`[a-z0-9.+]{1,20}@[a-z]{1,9}\.cn`).Draw(t, "email")
		if customer.ValidEmail(customer.MaskEmail(email)) {
			t.Fatalf("%s shows as %s, which is an address", email, customer.MaskEmail(email))
		}
	})
}

func TestKeysComeSurestFirst(t *testing.T) {
	want := []customer.Key{
		{Kind: customer.PlatformKey, Connection: "shopify-cn", Value: "17"}, {Kind: customer.CardKey, Value: "VIP-7"},
		{Kind: customer.EmailKey, Value: "mei@example.com"}, {Kind: customer.PhoneKey, Value: "+8613812345678"},
		{Kind: customer.EmailKey, Value: "li@example.cn"},
	}
	if diff := cmp.Diff(want, mei().Keys()); diff != "" {
		t.Error(diff)
	}
}

// TestTakingKeys: in whatever order keys are taken, and however often, the
// profile knows each of them once.
func TestTakingKeys(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		all := append(mei().Keys(), customer.Key{Kind: customer.PhoneKey, Value: "+8613900000000"}, customer.Key{Kind: customer.CardKey, Value: "VIP-8"})
		var p customer.Profile
		for _, k := range rapid.Permutation(append(all, all...)).Draw(t, "keys") {
			p = p.Take(k)
		}
		if keys := p.Keys(); len(keys) != len(all) || slices.ContainsFunc(all, func(k customer.Key) bool { return !slices.Contains(keys, k) }) {
			t.Fatalf("took %v, knows %v", all, keys)
		}
	})
}

// TestAPersonsWordStandsAgainstOlderStatements, and yields to newer ones.
func TestAPersonsWordStandsAgainstOlderStatements(t *testing.T) {
	stated := func(at time.Time, name string) customer.Mention {
		return customer.Mention{Name: name, Version: crm.NewVersion(at, 1, []byte(name))}
	}
	p := mei()
	corrected := p
	corrected.Name = "李 梅"
	p = corrected.Edited(p, noon)
	if p.Revision == "" || !p.UpdatedAt.Equal(noon) {
		t.Errorf("an edit has no revision or time: %+v", p)
	}
	if after, news := p.Learn(stated(noon.Add(-time.Hour), "Mei Li"), nil, noon); news || after.Name != "李 梅" {
		t.Errorf("an older statement undid a correction: %q", after.Name)
	}
	if after, news := p.Learn(stated(noon, "Mei Li"), nil, noon); news || after.Name != "李 梅" {
		t.Errorf("a statement of the same moment undid a correction: %q", after.Name)
	}
	after, news := p.Learn(stated(noon.Add(time.Hour), "Mei Li"), nil, noon)
	if !news || after.Name != "Mei Li" || after.Revision == p.Revision {
		t.Errorf("a newer statement did not win: %+v", after)
	}
	if after.Phone != p.Phone || after.Address != p.Address {
		t.Error("a statement erased what it does not state")
	}
}
