-- For the tests: whoever shows a ticket's JWT as their password is signed in, and their session says what it says, as
-- Jitsi's own token module does, which Debian does not have.

local jwt = require "util.jwt"
local new_sasl = require "util.sasl".new

local app_id = module:get_option_string("app_id")
local secret = module:get_option_string("app_secret")

local provider = {}

local function claims_of(token)
    local ok, claims = jwt.verify(secret, token)
    local now = os.time()
    if ok ~= true or claims.iss ~= app_id or claims.aud ~= "jitsi" or claims.sub ~= module.host then return nil end
    if type(claims.room) ~= "string" or type(claims.exp) ~= "number" or now >= claims.exp or now < claims.nbf then return nil end
    return claims
end

function provider.get_sasl_handler(session)
    return new_sasl(module.host, {
        plain_test = function(_, _, password)
            local claims = claims_of(password)
            if not claims then return false, true end
            session.jitsi_meet_context_user = claims.context.user
            session.jitsi_meet_room = claims.room
            return true, true
        end,
    })
end

module:provides("auth", provider)
