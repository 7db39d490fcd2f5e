"""The IANA zone names that Graph documents for dateTimeTimeZone, a fraction of all there are.

https://learn.microsoft.com/graph/api/resources/datetimetimezone
"""

_NAMES = """
Africa/Cairo Africa/Casablanca Africa/Johannesburg Africa/Lagos Africa/Nairobi Africa/Windhoek
America/Anchorage America/Argentina/Buenos_Aires America/Asuncion America/Bahia America/Bogota America/Caracas
America/Cayenne America/Chicago America/Chihuahua America/Cuiaba America/Denver America/Godthab
America/Guatemala America/Halifax America/Indiana/Indianapolis America/La_Paz America/Los_Angeles
America/Mexico_City America/Montevideo America/New_York America/Phoenix America/Regina America/Santa_Isabel
America/Santiago America/Sao_Paulo America/St_Johns Asia/Amman Asia/Baghdad Asia/Baku Asia/Bangkok Asia/Beirut
Asia/Colombo Asia/Damascus Asia/Dhaka Asia/Dubai Asia/Irkutsk Asia/Jerusalem Asia/Kabul Asia/Karachi
Asia/Kathmandu Asia/Kolkata Asia/Krasnoyarsk Asia/Magadan Asia/Novosibirsk Asia/Riyadh Asia/Seoul
Asia/Shanghai Asia/Singapore Asia/Taipei Asia/Tbilisi Asia/Tehran Asia/Tokyo Asia/Ulaanbaatar Asia/Vladivostok
Asia/Yakutsk Asia/Yekaterinburg Asia/Yerevan Atlantic/Azores Atlantic/Cape_Verde Atlantic/Reykjavik
Australia/Adelaide Australia/Brisbane Australia/Darwin Australia/Hobart Australia/Perth Australia/Sydney
Etc/GMT Etc/GMT+11 Etc/GMT+12 Etc/GMT+2 Etc/GMT-12 Europe/Berlin Europe/Bucharest Europe/Budapest
Europe/Istanbul Europe/Kaliningrad Europe/London Europe/Moscow Europe/Paris Europe/Warsaw Indian/Mauritius
Pacific/Apia Pacific/Auckland Pacific/Fiji Pacific/Guadalcanal Pacific/Honolulu Pacific/Kiritimati
Pacific/Port_Moresby Pacific/Tongatapu
"""

DOCUMENTED_IANA_ZONES = frozenset(_NAMES.split())
