// Package intake holds what the receiving side of webhooks shares with the
// store and the settings: what a valid connection is, what has come for an
// order so far, and a delivery whose content can't be used.
package intake

import (
	"encoding/base64"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"

	"guanxi/internal/crm"
)

// The platforms that a connection may name.
const (
	Shopify = "shopify"
	Generic = "generic"
)

var (
	connectionID = regexp.MustCompile(`^[a-z0-9][a-z0-9-]{0,62}$`)
	shopDomain   = regexp.MustCompile(`^[a-z0-9][a-z0-9-]*\.myshopify\.com$`)
	location     = regexp.MustCompile(`^[0-9]{1,20}$`)
	country      = regexp.MustCompile(`^[A-Z]{2}$`)
)

const (
	maxSecrets = 4
	maxRates   = 1000
	maxPlaces  = 500 // locations
)

// ValidID tells whether id can be a connection's.
func ValidID(id crm.ConnectionID) bool { return connectionID.MatchString(string(id)) }

// Validate names every field of a connection that breaks a rule, by its place
// in the body. Base is the deployment's currency.
func Validate(c crm.Connection, base string) error {
	var wrong []crm.Field
	check := func(ok bool, path, message string, args ...any) {
		if !ok {
			wrong = append(wrong, crm.Field{Path: path, Message: fmt.Sprintf(message, args...)})
		}
	}
	check(ValidID(c.ID), "id", "must be 1 to 63 lower-case letters, digits and dashes")
	check(c.ID != crm.APIConnection, "id", "%q is taken by the API itself", crm.APIConnection)
	check(c.Platform == Shopify || c.Platform == Generic, "platform", "must be %s or %s", Shopify, Generic)
	check(c.Platform != Shopify || shopDomain.MatchString(c.Shop), "shop", "must be a domain like example.myshopify.com")
	check(c.Channel == crm.ChannelOnline || c.Channel == crm.ChannelPOS, "channel", "must be online or pos")
	check(c.Region == "" || country.MatchString(c.Region), "region", "must be a country code like CN")
	check(len(c.Secrets) >= 1 && len(c.Secrets) <= maxSecrets, "secrets", "must be 1 to %d", maxSecrets)
	for i, s := range c.Secrets {
		check(isSecret(c.Platform, s), fmt.Sprintf("secrets[%d]", i), "is not a signing secret of this platform")
	}
	check(len(c.Locations) == 0 || c.Platform == Shopify, "locations", "are for %s only", Shopify)
	check(len(c.Locations) <= maxPlaces, "locations", "must be at most %d", maxPlaces)
	for _, place := range slices.Sorted(maps.Keys(c.Locations)) {
		check(location.MatchString(place) && c.Locations[place] != "", "locations."+place, "must be a number of %s's and a store", Shopify)
	}
	check(len(c.Rates) <= maxRates, "rates", "must be at most %d", maxRates)
	for i, r := range c.Rates {
		path := fmt.Sprintf("rates[%d]", i)
		check(crm.ValidCurrency(r.Currency) && r.Currency != base, path+".currency", "must be an ISO 4217 code other than %s", base)
		_, err := crm.ParseRate(r.Rate, r.Currency, base)
		check(err == nil, path+".rate", "must be a decimal greater than zero with at most nine places")
		first := slices.IndexFunc(c.Rates, func(o crm.DatedRate) bool { return o.Currency == r.Currency && o.From == r.From })
		check(first == i, path+".from", "rates[%d] has the same currency and date", first)
	}
	if len(wrong) > 0 {
		return &crm.Error{Op: "intake.Validate", Kind: crm.Invalid, Detail: "the connection breaks a rule", Fields: wrong}
	}
	return nil
}

// isSecret tells whether s has the form of the platform's signing secrets.
// Shopify chooses its own word; a Standard Webhooks secret is "whsec_" and the
// base64 of 24 to 64 bytes.
func isSecret(platform, s string) bool {
	if platform == Shopify {
		return len(s) >= 16 && len(s) <= 200
	}
	encoded, prefixed := strings.CutPrefix(s, "whsec_")
	raw, err := base64.StdEncoding.DecodeString(encoded)
	return prefixed && err == nil && len(raw) >= 24 && len(raw) <= 64
}
