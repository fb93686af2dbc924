package identity

import (
	"fmt"
	"strings"

	"github.com/nyaruka/phonenumbers"

	"guanxi/internal/crm"
	"guanxi/internal/customer"
)

// DefaultRegion is the country of a phone that is written without one, where
// neither the connection nor the caller says more.
const DefaultRegion = "CN"

// Phone gives the E.164 form of a number as people write it: "138 1234 5678",
// "0086-…", "(021) 6279-8000". False: it is none.
func Phone(raw, region string) (string, bool) {
	if region == "" {
		region = DefaultRegion
	}
	raw = strings.TrimSpace(raw)
	if international, ok := strings.CutPrefix(raw, "00"); ok {
		raw = "+" + international
	}
	n, err := phonenumbers.Parse(raw, region)
	if err != nil || !phonenumbers.IsValidNumber(n) || n.GetExtension() != "" {
		return "", false
	}
	return phonenumbers.Format(n, phonenumbers.E164), true
}

// Email trims and lowers an address. The local part is lowered as well: no
// provider of note tells capitals apart, but people do type them. Dots and
// plus-tags stay: what they mean differs by provider. False: it is none.
func Email(raw string) (string, bool) {
	address := strings.ToLower(strings.TrimSpace(raw))
	return address, customer.ValidEmail(address)
}

// Mention normalises what a source wrote about a person. A phone or e-mail
// that is none is left out: the rest may still recognise them.
func Mention(m customer.Mention) customer.Mention {
	m.Phone, _ = Phone(m.Phone, m.Region)
	if address, ok := Email(m.Email); ok {
		m.Email = address
	} else {
		m.Email = ""
	}
	m.Card = strings.TrimSpace(m.Card)
	m.Name = clip(strings.Join(strings.Fields(m.Name), " "))
	m.Account.ID = strings.TrimSpace(m.Account.ID)
	return m
}

// clip shortens a name that no person has to what a profile holds.
func clip(name string) string {
	const most = 200
	if runes := []rune(strings.ToValidUTF8(name, "")); len(runes) > most {
		return strings.TrimSpace(string(runes[:most]))
	}
	return strings.ToValidUTF8(name, "")
}

// Profile normalises what a caller of the API wrote, then holds it against the
// rules; the error names each field that can't be used.
func Profile(p customer.Profile, region string) (customer.Profile, error) {
	var wrong []crm.Field
	phone := func(raw *string, path string) {
		if *raw == "" {
			return
		}
		number, ok := Phone(*raw, region)
		if !ok {
			wrong = append(wrong, crm.Field{Path: path, Message: "must be a phone number like +8613812345678"})
			return
		}
		*raw = number
	}
	email := func(raw *string, path string) {
		if *raw == "" {
			return
		}
		address, ok := Email(*raw)
		if !ok {
			wrong = append(wrong, crm.Field{Path: path, Message: "must be an e-mail address like mei@example.com"})
			return
		}
		*raw = address
	}
	phone(&p.Phone, "phone")
	email(&p.Email, "email")
	p.Contacts = append([]customer.Contact(nil), p.Contacts...)
	for i := range p.Contacts {
		path := fmt.Sprintf("contacts[%d].value", i)
		switch customer.KeyKind(p.Contacts[i].Kind) {
		case customer.PhoneKey:
			phone(&p.Contacts[i].Value, path)
		case customer.EmailKey:
			email(&p.Contacts[i].Value, path)
		}
	}
	if len(wrong) > 0 {
		return p, &crm.Error{Op: "identity.Profile", Kind: crm.Invalid, Detail: "the profile breaks a rule", Fields: wrong}
	}
	return p, p.Validate()
}
