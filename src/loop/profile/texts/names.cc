#include "loop/profile/texts/names.h"

#include <algorithm>
#include <string>
#include <vector>

#include "ground/vocabulary/text.h"

namespace cairn::profile {
namespace {

/// In lower case (of ASCII letters), in byte order.
constexpr std::string_view kNames =
    "aaron abdul adam adams adrian ahmad ahmed aisha alan albert alejandro alessandro alexander alexandra "
    "alfred ali alice alicia allen alvarez amanda amelia amy ana anastasia anderson andersson andrea "
    "andreas andrew andrzej angela anja anna anne annika anthony antonio arjun arthur astrid bailey baker "
    "barbara bauer beatriz becker bell ben benjamin bennett berg bernd bianca bianchi birgit brandon "
    "braun brian brooks brown bruno butler camila campbell carla carlos carmen carol caroline carter "
    "castillo castro catherine charles charlotte chavez chen chloe christian christina christine "
    "christopher claire clara clark claudia collins colombo cooper costa cox cristina cruz cynthia daniel "
    "daniela daria david davies davis deborah denise dennis diana diaz diego dieter dimitri dominik "
    "donald donna dorothy dubois durand dylan edward edwards elena elias elisabeth elizabeth ella ellen "
    "emil emilia emily emma enrique eric erik eriksson esposito ethan eva evans evelyn fatima felix "
    "fernandez fernando ferrari ferreira finn fischer fisher flores florian foster francesca francesco "
    "francisco frank franziska frederik fuchs gabriel garcia gary george gerald giovanni giulia gomez "
    "gonzalez gray green gregory greta guillaume gupta gustav gutierrez hall hanna hannah hannes hans "
    "hansen harald harris harry hassan heike heinz helen helena helga henrik henry hernandez herrmann "
    "hoffmann hofmann howard huber hughes hugo ian ibrahim igor ingrid irene isabel isabella ivan ivanov "
    "jack jackson jacob jacqueline jakub james jan jana jane janet jason javier jean jeffrey jennifer "
    "jens jensen jeremy jessica jimenez joan joanna joao johan johanna johannes johansson john johnson "
    "jonas jonathan jones jorge jose joseph joshua juan judith julia julian julie justin kaiser karen "
    "karin karl katarina katharina katherine kathleen katja katrin kelly kenneth kevin khan kim king "
    "klaus klein koch kowalska kowalski kristin kumar kyle lang larry lars larsen larsson laura lauren "
    "lea lee lefebvre lehmann lena leon leonie leroy lewis liam lina linda lisa long lopez louis louise "
    "luca lucas lucia luis luisa lukas magdalena maier manuel marco marcus margaret maria marie marina "
    "marino mario mark marko markus marta martha martin martinez mary mateusz matteo matthew matthias max "
    "maximilian mayer mehmet melanie melissa mendoza meyer mia michael michal michelle miguel mikhail "
    "mila miller mitchell mohamed mohammad mohammed monica monika moore morales moreau moreno morgan "
    "morris mueller muhammad murphy myers müller nadia nancy natalia natalie nathan nelson neumann nguyen "
    "nicholas nicole nielsen niklas nils nilsson nina noah nora novak novakova nowak olga oliver olivia "
    "olsen olsson omar ortiz oscar otto pablo pamela parker patel patricia patrick paul paula pavel "
    "pedersen pedro pereira perez peter peters peterson petra petrov philip philipp phillips pierre piotr "
    "popescu popov powell price priya rachel rafael rahul rainer ralf ramirez ramos raymond rebecca reed "
    "renate reyes ricardo richard richardson richter rivera robert roberto roberts robinson rodriguez "
    "roger rogers roland romano romero ronald rosa rossi ruiz russo ruth ryan sabine samantha samuel "
    "sanchez sanders sandra santos sara sarah schmid schmidt schmitt schneider scholz schulz schulze "
    "schwarz scott sebastian sergei sergio sharma sharon silva silvia simon singh smirnov smith sofia "
    "sofie sophia sophie sousa stefan stefanie stephanie stephen steven stewart suarez susan susanne sven "
    "svensson svetlana tanja taylor teresa theodor theresa thomas thompson tim timothy tobias tom tomas "
    "tomasz torres tran turner ursula uwe valentina vanessa vargas vera veronica victor viktoria vincent "
    "vladimir wagner walker walter wang ward watson weber wei weiss werner white wilhelm william williams "
    "wilson wolf wolfgang wood wright yasmin yilmaz young yusuf zhang zimmermann zoe";

}  // namespace

bool IsCommonName(std::string_view word) {
  static const std::vector<std::string_view> names = Split(kNames, ' ');
  return std::binary_search(names.begin(), names.end(), LowerAscii(word));
}

}  // namespace cairn::profile
