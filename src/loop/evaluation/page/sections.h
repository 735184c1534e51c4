#pragma once

#include <string>

#include "ground/vocabulary/json.h"

namespace cairn::evaluation {

/// The parts of a report's page, each "" where the report has nothing for it.
std::string ClassPictures(const Json& report);
std::string NumberPictures(const Json& report);
std::string CurvePicture(const Json& report);
std::string SliceSection(const Json& report);
std::string FairnessSection(const Json& report);
std::string RescoringSection(const Json& report);
std::string FigureTable(const Json& report);

/// A picture with its title and a sentence below it.
std::string Card(const std::string& title, const std::string& body, const std::string& sentence);
/// The figure of that name, or null.
const Json& FigureNamed(const Json& figures, const std::string& name);
/// "0.83 (0.81 to 0.85)", or "not defined".
std::string WithInterval(const Json& figure);
std::string NumberText(const Json& value);

}  // namespace cairn::evaluation
